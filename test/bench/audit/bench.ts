/**
 * `npm run bench:audit`: asks a generated trail the questions that analysts ask, and the same in plain SQL, in turns; then exports it, and
 * makes changes with a worker that counts and seals them and without. Build first: the gateway that is measured is the built one.
 */
import 'reflect-metadata';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { auditRollups } from '../../../src/audit/counts/rollups.duty.js';
import { migrate } from '../../../src/db/migrator.js';
import { type Database, openDatabase } from '../../../src/db/pool.js';
import { firstStart } from '../../../src/start/firstStart.js';
import { withTemporaryPostgres } from '../../../src/tools/temporaryPostgres.js';
import type { DutyContext } from '../../../src/worker/duty.js';
import { runTimeOf } from '../process.js';
import { withSection } from '../section.js';
import { measureExport } from './exporting.js';
import { defaultTrail, generateTrail } from './generator.js';
import { median } from './median.js';
import { startGateway } from './product.js';
import { placeOf, questionsOf } from './questions.js';
import { measureWriting } from './writing.js';

const help = `npm run bench:audit -- [options]

  --entries N       entries of the trail [1000000]
  --rounds N        measurements of each question [9]
  --export-rows N   rows of the export, at most [1000000]
  --pairs N         rounds of changes with and without a worker [5]
  --seconds N       seconds of one such round [5]
  --report FILE     document that is given a section with all of it; '' for none [BENCHMARKS.md with 10 million entries, or else none]

BENCH_DATABASE_URL: an empty PostgreSQL database to use, or one that this filled before. Where absent, one is made in a temporary folder.
`;

const { values } = parseArgs({
  options: {
    entries: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '9' },
    'export-rows': { type: 'string', default: '1000000' },
    pairs: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    report: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const entries = Number(values.entries);
const rounds = Number(values.rounds);
const reportFile = values.report ?? (entries === 10_000_000 ? 'BENCHMARKS.md' : '');
const clients = 16;
/** As many as one question uses side by side. */
const poolSize = 2;
const warmUps = 16;
const applicationName = 'audit bench';

const number = (value: number) => Math.round(value).toLocaleString('en-US');
const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

const said: string[] = [];

function say(line: string): void {
  process.stdout.write(`${line}\n`);
  said.push(line);
}

/** All that was said, as a section of a document. */
function section(): string {
  return `## A trail of ${number(entries)} entries

Written by \`npm run bench:audit\` on ${new Date().toISOString().slice(0, 10)}. Medians of ${rounds} rounds, in which a question is asked of the product's own services and in plain SQL, in turns,
over connections that have asked it before. What an aim is for is the time that the database's processes are on a core.

${said
  .join('\n\n')
  .replaceAll(' |\n\n|', ' |\n|')
  .replaceAll(/\n{3,}/g, '\n\n')}
`;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** Migrates, generates and counts what is not there yet. */
async function prepare({ db, pool }: Database): Promise<void> {
  await migrate(db);
  await firstStart(db, { adminEmail: 'bench@example.com', adminPassword: 'a passphrase of the bench' });
  const { rowCount } = await pool.query(`select from users where email like '%@bench.example' limit 1`);
  if (!rowCount) {
    const seconds = await generateTrail(pool, { ...defaultTrail, entries });
    say(`${number(entries)} entries generated in ${seconds.toFixed(1)} s: ${number(entries / seconds)} a second`);
  }
  // The duty uses nothing else of its context.
  const counting = await timed(async () => {
    while (await auditRollups.run({ db } as DutyContext)) await sleep(0);
  });
  say(`counted ahead in ${(counting / 1_000).toFixed(1)} s`);
  await pool.query('vacuum analyze');
  const { rows } = await pool.query<{ name: string; size: string }>(`select name, pg_size_pretty(sum(pg_total_relation_size(c.oid))) as size
    from pg_class c, lateral (select case when relname like 'platform_audit_log%' then 'log with indexes' else relname end as name) n
    where relkind = 'r' and relname ~ '^(platform_audit_log|audit_counts)' group by 1 order by 1`);
  say(rows.map(({ name, size }) => `${name}: ${size}`).join(', '));
}

/**
 * Tells how long the database's processes of this run are on a core from now on, in milliseconds; NaN where it is not on this machine. The
 * helpers that the database starts for one statement are not among them.
 */
async function databaseTime({ pool }: Database): Promise<() => number> {
  // As many connections as a question may use: the pool closes those that were idle.
  const clients = await Promise.all(Array.from({ length: poolSize }, () => pool.connect()));
  for (const client of clients) client.release();
  const { rows } = await pool.query<{ pid: number }>('select pid from pg_stat_activity where application_name = $1', [applicationName]);
  const total = () => rows.reduce((sum, { pid }) => sum + (runTimeOf(pid) ?? Number.NaN), 0);
  const before = total();
  return () => total() - before;
}

interface Asked {
  /** Milliseconds from the question to the answer, median. */
  readonly took: number;
  /** Milliseconds of the database's processors, median. */
  readonly database: number;
}

function summed(rounds: readonly Asked[]): Asked {
  return { took: median(rounds.map(({ took }) => took)), database: median(rounds.map(({ database }) => database)) };
}

async function askAll(database: Database, depth: number): Promise<void> {
  async function asked(work: () => Promise<unknown>): Promise<Asked> {
    const databaseMs = await databaseTime(database);
    return { took: await timed(work), database: databaseMs() };
  }
  say(
    `\n| Question | Tenantry | of it in the database | Aim for that | Plain SQL | Plain SQL takes |\n| --- | --- | --- | --- | --- | --- |`,
  );
  for (const { name, aim, ask, plain } of await questionsOf(database.db, database.pool, depth)) {
    const [own, sql]: [Asked[], Asked[]] = [[], []];
    // A connection plans a prepared statement anew five times: each of them is asked.
    for (let i = 0; i < warmUps; i += 1) await Promise.all(Array.from({ length: poolSize }, ask));
    await plain();
    for (let round = 0; round < rounds; round += 1) {
      own.push(await asked(ask));
      sql.push(await asked(plain));
    }
    const [ours, theirs] = [summed(own), summed(sql)];
    const shown = (ms: number) => `${ms.toFixed(2)} ms`;
    say(
      `| ${[name, shown(ours.took), shown(ours.database), `at most ${aim} ms`, shown(theirs.took)].join(' | ')} | ${(theirs.took / ours.took).toFixed(1)} times as long |`,
    );
  }
}

async function run(url: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-bench-audit-'));
  const database = openDatabase({ url, poolSize, acquireTimeout: 60_000, statementTimeout: 0, applicationName });
  const { pool } = database;
  try {
    const { rows } = await pool.query<{ version: string }>(`select current_setting('server_version') as version`);
    say(`Node.js ${process.version}, PostgreSQL ${rows[0]?.version}, ${cpus().length} cores of ${cpus()[0]?.model}`);
    await prepare(database);
    await askAll(database, Math.min(1_000_000, Math.floor(entries * 0.9)));

    const gateway = await startGateway(pool, url, folder);
    try {
      const { at } = await placeOf(pool, Math.min(entries, Number(values['export-rows'])));
      const made = await measureExport(url, gateway, new Date(at).toISOString(), 5);
      say(
        `\nExport as CSV of ${number(made.rows)} rows (${megabytes(made.bytes)}): ${number(made.rows / made.product)} rows/s, by PostgreSQL's COPY ` +
          `${number(made.rows / made.copy)} rows/s, ratio ${(made.copy / made.product).toFixed(2)}, aim 0.90; memory of the gateway +${megabytes(made.addedMemory)} at most, aim +30 MB`,
      );
      const options = { databaseUrl: url, folder, pairs: Number(values.pairs), seconds: Number(values.seconds), clients };
      const { withWorker, withoutWorker, ratios } = await measureWriting(pool, gateway, options);
      say(
        `Changes with ${clients} clients: ${number(withWorker)}/s with a worker, ${number(withoutWorker)}/s without, ratio ${median(ratios).toFixed(2)}, aim 0.90 ` +
          `(${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`,
      );
      if (reportFile) writeFileSync(reportFile, withSection(readFileSync(reportFile, 'utf8'), section()));
    } finally {
      await gateway.stop();
    }
  } finally {
    await database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (values.help) say(help);
else if (process.env.BENCH_DATABASE_URL) await run(process.env.BENCH_DATABASE_URL);
else await withTemporaryPostgres(run);
