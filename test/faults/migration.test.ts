import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import pg from 'pg';
import { migrations } from '../../migrations/index.js';
import { requireMigrated } from '../../src/db/migrator.js';
import { type Command, command } from '../support/command.js';
import { type TestDatabase, testDatabase } from '../support/database.js';
import { adminEmail, adminPassword } from '../support/fixtures.js';
import { isBuilt } from '../support/program.js';
import { type GatewayProcess, gatewayProcess, tokenFor } from './gatewayProcess.js';
import { asTold, startWriters } from './ledger.js';
import { newestBefore } from './newestBefore.js';
import { adminOf, someOrgs } from './platform.js';
import { startReaders } from './readers.js';
import { secretsIn } from './secretsIn.js';
import { inRounds, rounds, unsoundness } from './soundness.js';

const missing = Object.keys(migrations).filter((name) => name > newestBefore);
const times = rounds(1);
/**
 * Tables that a migration each has to itself for a moment, in the order in which it comes to them: a statement that reads one holds it up. At the
 * last one it has most of the others to itself as well.
 */
const tables = ['users', 'org_memberships', 'audit_counts_progress'].slice(times > 1 ? 0 : -1);
/** Milliseconds that a read may take, whatever is done to a migration: less than the gateway's own limit of a statement. */
const longestRead = 4_000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-migration-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** `npm run migrate`, of the program as it is. */
function migrate({ url }: TestDatabase): Command {
  return command(isBuilt() ? 'dist/src/migrate.js' : 'src/migrate.ts', [], { DATABASE_URL: url, DATA_DIR: folder });
}

/** How many migrations wait for a table that someone else is at. */
async function heldUp({ db }: TestDatabase): Promise<number> {
  const { rows } = await sql`select from pg_stat_activity where datname = current_database() and application_name = 'tenantry migrate'
    and wait_event_type = 'Lock' and wait_event = 'relation'`.execute(db);
  return rows.length;
}

async function applied({ db }: TestDatabase): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return rows.map(({ name }) => name);
}

/** Holds a table as a long statement that reads it does, while `work` runs. */
async function whileRead<T>({ url }: TestDatabase, table: string, work: () => Promise<T>): Promise<T> {
  const reader = new pg.Client({ connectionString: url, application_name: 'a long statement' });
  await reader.connect();
  try {
    await reader.query(`begin; lock table ${table} in access share mode`);
    return await work();
  } finally {
    await reader.end();
  }
}

/** Two at once, which come to the table and can't go on. */
async function twoHeldUpAt(database: TestDatabase): Promise<readonly [Command, Command]> {
  const runs = [migrate(database), migrate(database)] as const;
  while ((await heldUp(database)) === 0) await sleep(10);
  return runs;
}

async function kill(...runs: readonly Command[]): Promise<void> {
  await sleep(Math.random() * 100);
  for (const run of runs) run.process.kill('SIGKILL');
  expect(await Promise.all(runs.map(({ ended }) => ended))).toEqual(runs.map(() => null));
}

/** Waits until so many more things are counted, which takes a moment where nobody is held up. */
async function untilMore(count: () => number, more: number): Promise<void> {
  const [enough, end] = [count() + more, performance.now() + 15_000];
  while (count() < enough) {
    if (performance.now() > end) throw new Error(`Held up: ${enough - count()} of ${more} still wait for an answer.`);
    await sleep(5);
  }
}

describe('npm run migrate that is killed while a gateway of the version before serves', () => {
  it(
    `leaves the schema as it was or brings it up to date, holds nobody up, and loses no change (${times} times)`,
    async () => {
      const done = await inRounds(times, round);
      expect(done).toBeGreaterThan(0);
    },
    60_000 + times * 60_000,
  );
});

async function round(): Promise<void> {
  const database = await testDatabase('empty');
  const env = { ADMIN_EMAIL: adminEmail, ADMIN_PASSWORD: adminPassword };
  const before = await gatewayProcess(database.url, env, ['./test/faults/programBefore.ts']);
  const after = await gatewayProcess(database.url, env);
  try {
    await before.start();
    process.stdout.write(`${await migratedAmidClients(database, before, after)}\n`);
  } finally {
    await Promise.all([before.discard(), after.discard()]);
    await database.drop();
  }
}

/** @returns a line that says what came of it */
async function migratedAmidClients(database: TestDatabase, before: GatewayProcess, after: GatewayProcess): Promise<string> {
  const old = await applied(database);
  expect(old.at(-1)).toBe(newestBefore);
  const token = tokenFor(await adminOf(database));
  const orgs = await someOrgs(before.url, token, 4, 'served');
  let url = before.url;
  const writers = startWriters({ clients: 8, nextUrl: () => url, token, orgs, prefix: 'meanwhile-' });
  const paths = ['/api/v1/platform/me', '/api/v1/platform/orgs', `/api/v1/platform/orgs/${orgs[0]}`];
  const readers = startReaders({ clients: 4, url: before.url, token, paths });

  for (const table of tables) {
    await whileRead(database, table, async () => {
      await kill(...(await twoHeldUpAt(database)));
      // Whoever holds the table has not let go of it yet.
      await Promise.all([untilMore(writers.count, 8), untilMore(readers.count, 12)]);
      expect(await applied(database)).toEqual(old);
    });
  }
  const [one, other] = await whileRead(database, tables.at(-1) ?? '', async () => {
    const runs = await twoHeldUpAt(database);
    await kill(runs[0]);
    return runs;
  });
  expect({ code: await other.ended, output: other.output() }).toEqual({
    code: 0,
    output: expect.stringMatching(new RegExp(`^(A table .* is in use: waiting for it\\.\\n)?Migrated: ${missing.join(', ')}\\.\\n$`)),
  });
  await requireMigrated(database.db);

  // The one before goes on until the new one has taken its place.
  await untilMore(writers.count, 32);
  const read = await readers.stop();
  await after.start();
  url = after.url;
  await before.end('SIGTERM');
  await untilMore(writers.count, 32);
  await writers.stop();

  expect(read.refused).toEqual([]);
  expect(read.slowest).toBeLessThan(longestRead);
  expect(await writers.discrepancies(database)).toEqual(asTold);
  expect(await unsoundness(database)).toEqual([]);
  for (const { output } of [before, after, { output: one.output }]) expect(secretsIn(output(), token)).toEqual([]);
  return `${2 * tables.length + 1} migrations killed: ${writers.count()} acknowledged changes, none lost or doubled, ${writers.retries()} requests sent again; ${readers.count()} reads, the slowest ${Math.round(read.slowest)} ms; fsck finds nothing`;
}
