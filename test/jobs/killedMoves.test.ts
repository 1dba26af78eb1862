import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { sealEnv } from '../faults/sealEnv.js';
import { unsoundness } from '../faults/soundness.js';
import { aTenant } from '../support/builders.js';
import { type TestGateway, testGateway, testShardKeys } from '../support/gateway.js';
import { contentsOf, jobOf, letLeaseExpire, schemaOf, seed, workThrough } from './jobsKit.js';
import { anotherShard, move, movesInTrail, type OtherShard, placeOf } from './movingKit.js';

let gateway: TestGateway;
let other: OtherShard;
let folder: string;
const workers = new Set<ChildProcess>();
beforeAll(async () => {
  gateway = await testGateway();
  other = await anotherShard(gateway);
  folder = mkdtempSync(join(tmpdir(), 'tenantry-movers-'));
});
afterAll(async () => {
  for (const worker of workers) await kill(worker);
  rmSync(folder, { recursive: true, force: true });
  await gateway.close();
  await other.stop();
});

// Whoever died, the platform is whole.
afterEach(async () => {
  expect(await unsoundness(gateway.database, { hasRowsOfTheTest: true })).toEqual([]);
}, 60_000);

/** A worker as its operators start it, but for the build. */
function aWorker(): ChildProcess {
  const worker = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts', '--worker'], {
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: gateway.database.url,
      DATA_DIR: folder,
      ...sealEnv,
      DEMO_DATA: 'false',
      SHARD_KEYS: testShardKeys,
    },
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

/** Starts a worker, and kills it when it waits for a lock that is held in its way. */
async function killedAt(url: string, lock: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('begin');
  await client.query(lock);
  const { rows: own } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const watcher = new pg.Client({ connectionString: url });
  await watcher.connect();
  const worker = aWorker();
  await until(async () => {
    const { rows } = await watcher.query('select from pg_stat_activity where $1 = any (pg_blocking_pids(pid))', [own[0]?.pid]);
    return rows.length > 0;
  });
  await kill(worker);
  await watcher.end();
  await client.end();
}

describe('A move whose worker is killed', () => {
  it('at each of its stages leaves one copy in charge, and ends with exact counts', async () => {
    const org = await aTenant(gateway);
    await seed(gateway, org.id, { locations: 1, providers: 6, patients: 1_500, appointments: 2_500 });
    await workThrough(gateway);
    const [before, first, schema] = [await contentsOf(gateway, org.key), await placeOf(gateway, org.key), await schemaOf(gateway, org.key)];
    const id = await move(gateway, org.id, other.id);
    const own = gateway.database.url;
    const ways: readonly [string, string][] = [
      // Making the schema on the new shard.
      [other.url, `select pg_advisory_xact_lock(7265303, hashtext('${schema}'))`],
      // Copying, in the middle.
      [own, `lock table ${schema}.patients in access exclusive mode`],
      // Freezing.
      [own, `lock table ${schema}.appointments in row exclusive mode`],
      // Comparing, when the original is frozen.
      [other.url, `select pg_advisory_xact_lock(7265303, hashtext('${schema}'))`],
      // Switching.
      [own, `select from orgs where public_id = '${org.id}' for update`],
    ];
    for (const [url, lock] of ways) {
      await killedAt(url, lock);
      expect(await placeOf(gateway, org.key)).toEqual({ shard_id: first.shard_id, status: 'migrating' });
      expect(await contentsOf(gateway, org.key)).toEqual(before);
      await letLeaseExpire(gateway, id);
    }
    const last = aWorker();
    await until(async () => ['completed', 'failed'].includes((await jobOf(gateway, id)).status));
    await kill(last);
    expect(await jobOf(gateway, id)).toMatchObject({ status: 'completed', errors: [] });
    expect(await placeOf(gateway, org.key)).toEqual({ shard_id: other.address.key, status: 'active' });
    expect(await contentsOf(gateway, org.key)).toEqual(before);
    expect(await movesInTrail(gateway, org.id)).toEqual(['org.move_start', 'org.move']);
  }, 240_000);
});
