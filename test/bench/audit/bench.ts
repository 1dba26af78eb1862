/**
 * Asks a generated trail the questions that analysts ask, and the same in plain SQL: `tsx test/bench/audit/bench.ts --entries 1000000`.
 * BENCH_DATABASE_URL: an empty PostgreSQL database to use, or one that this filled before. Where absent, one is made in a temporary folder.
 */
import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { auditRollups } from '../../../src/audit/rollups.duty.js';
import { migrate } from '../../../src/db/migrator.js';
import { openDatabase } from '../../../src/db/pool.js';
import { withTemporaryPostgres } from '../../../src/tools/temporaryPostgres.js';
import type { DutyContext } from '../../../src/worker/duty.js';
import { defaultTrail, generateTrail } from './generator.js';
import { questionsOf } from './questions.js';

const { values: args } = parseArgs({
  options: { entries: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '9' } },
});
const entries = Number(args.entries);
const rounds = Number(args.rounds);

const number = (value: number) => value.toLocaleString('en-US');

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function medianMs(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const begun = performance.now();
    await work();
    times.push(performance.now() - begun);
  }
  return times.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
}

async function run(url: string): Promise<void> {
  const database = openDatabase({ url, poolSize: 4, acquireTimeout: 60_000, statementTimeout: 0, applicationName: 'audit bench' });
  const { db, pool } = database;
  await migrate(db);
  const { rows: found } = await pool.query('select from platform_audit_log limit 1');
  if (found.length === 0) {
    const seconds = await generateTrail(pool, { ...defaultTrail, entries });
    say(`${number(entries)} entries in ${seconds.toFixed(1)} s: ${number(Math.round(entries / seconds))} a second`);
  }
  const begun = performance.now();
  // The duty uses nothing else of its context.
  while (await auditRollups.run({ db } as DutyContext)) await sleep(0);
  say(`counted ahead in ${((performance.now() - begun) / 1_000).toFixed(1)} s`);
  await pool.query('vacuum analyze');

  const { rows } = await pool.query<{ name: string; size: string }>(`select name, pg_size_pretty(sum(pg_total_relation_size(c.oid))) as size
    from pg_class c, lateral (select case when relname like 'platform_audit_log%' then 'log with indexes' else relname end as name) n
    where relkind = 'r' and relname ~ '^(platform_audit_log|audit_counts)' group by 1 order by 1`);
  say(rows.map(({ name, size }) => `${name}: ${size}`).join(', '));

  for (const { name, ask, plain } of await questionsOf(db, pool, Math.min(1_000_000, Math.floor(entries * 0.9)))) {
    const [own, sql] = [await medianMs(ask), await medianMs(plain)];
    say(
      `${name.padEnd(36)} ${own.toFixed(2).padStart(9)} ms   plain SQL ${sql.toFixed(2).padStart(9)} ms   ${(sql / own).toFixed(1).padStart(8)} times`,
    );
  }
  await database.close();
}

if (process.env.BENCH_DATABASE_URL) await run(process.env.BENCH_DATABASE_URL);
else await withTemporaryPostgres(run);
