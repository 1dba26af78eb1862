import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import pg from 'pg';
import { codes, definitions } from '../../src/jobs/seeding/vocabulary.js';
import { sealEnv } from '../faults/sealEnv.js';
import { unsoundness } from '../faults/soundness.js';
import { aTenant } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { contentsOf, jobOf, letLeaseExpire, schemaOf, seed, type TableName, tables } from './jobsKit.js';

let gateway: TestGateway;
let folder: string;
const workers = new Set<ChildProcess>();
beforeAll(async () => {
  gateway = await testGateway();
  folder = mkdtempSync(join(tmpdir(), 'tenantry-workers-'));
});
afterAll(async () => {
  for (const worker of workers) await kill(worker);
  rmSync(folder, { recursive: true, force: true });
  await gateway.close();
});

// Whoever died, the platform is whole.
afterEach(async () => {
  expect(await unsoundness(gateway.database, { hasRowsOfTheTest: true })).toEqual([]);
}, 60_000);

/** A worker as its operators start it, but for the build. */
function aWorker(): ChildProcess {
  const worker = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts', '--worker'], {
    env: { PATH: process.env.PATH, DATABASE_URL: gateway.database.url, DATA_DIR: folder, ...sealEnv, DEMO_DATA: 'false' },
    stdio: 'ignore',
  });
  workers.add(worker);
  return worker;
}

async function kill(worker: ChildProcess): Promise<void> {
  workers.delete(worker);
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  worker.kill('SIGKILL');
  await once(worker, 'exit');
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}

/** Holds a lock that someone then waits for, on a connection of its own. @returns what lets go of it */
async function holding(lock: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: gateway.database.url });
  await client.connect();
  await client.query('begin');
  await client.query(lock);
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const pid = rows[0]?.pid ?? 0;
  await until(async () => {
    const waiting = await sql<{ pids: number[] }>`select pid from pg_stat_activity where ${pid} = any (pg_blocking_pids(pid))`.execute(
      gateway.database.db,
    );
    return waiting.rows.length > 0;
  });
  return () => client.end();
}

const counts = { locations: 1, providers: 6, patients: 2_500, appointments: 3_700 };
const rows: Readonly<Record<TableName, number>> = { definitions: definitions.length, codes: codes.length, ...counts };
const statistics = Object.fromEntries(
  tables.map((name) => [name, { total: rows[name], done: rows[name], created: rows[name], skipped: 0 }]),
);

async function expectExact(org: { key: string }, id: string): Promise<void> {
  await until(async () => (await jobOf(gateway, id)).status !== 'running' && (await jobOf(gateway, id)).status !== 'queued');
  expect(await jobOf(gateway, id)).toMatchObject({ status: 'completed', errors: [], statistics });
  const found = await contentsOf(gateway, org.key);
  expect(Object.fromEntries(tables.map((name) => [name, found[name].rows]))).toEqual(rows);
}

describe('A seeding whose worker is killed', () => {
  it('at each of its stages goes on with the next one, and ends with exact counts', async () => {
    const org = await aTenant(gateway);
    const schema = await schemaOf(gateway, org.key);
    const id = await seed(gateway, org.id, counts);
    const killedAt: string[] = [];
    for (const table of tables) {
      const letGo = holding(`lock table ${schema}.${table} in share mode`);
      const worker = aWorker();
      const release = await letGo;
      await kill(worker);
      killedAt.push((await jobOf(gateway, id)).worker_id);
      await release();
      await letLeaseExpire(gateway, id);
    }
    expect(new Set(killedAt).size).toBe(tables.length);
    const last = aWorker();
    await expectExact(org, id);
    await kill(last);
  }, 240_000);

  it('between a batch and its report does the batch again, and counts its rows once', async () => {
    const org = await aTenant(gateway);
    const id = await seed(gateway, org.id, counts);
    const worker = aWorker();
    // The worker gets to its patients, then can't report: the row of the job is held.
    await until(async () => (await jobOf(gateway, id)).current_stage === 'patients');
    const release = await holding(`select from jobs where public_id = '${id}' for update`);
    await kill(worker);
    await release();
    await letLeaseExpire(gateway, id);
    const next = aWorker();
    await expectExact(org, id);
    await kill(next);
  }, 120_000);
});
