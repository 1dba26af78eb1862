import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { auditRollups } from '../../src/audit/counts/rollups.duty.js';
import { auditRepeats } from '../../src/audit/repeats/repeats.duty.js';
import { readCheckpoints } from '../../src/audit/seal/checkpointFile.js';
import { auditSeal } from '../../src/audit/seal/seal.duty.js';
import type { Finding } from '../../src/audit/seal/verify.js';
import { verifyDatabase } from '../../src/audit/seal/verifyDatabase.js';
import { countFaults, exact } from '../audit/countFaults.js';
import { aTenant } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { asTold, startWriters } from './ledger.js';
import { sealEnv } from './sealEnv.js';
import { rounds, unsoundness } from './soundness.js';

const kills = rounds(2);
const program = process.env.FAULT_PROGRAM ? [process.env.FAULT_PROGRAM] : ['--import', 'tsx', 'src/main.ts'];

let gateway: TestGateway;
let folder: string;
let env: { AUDIT_CHECKPOINT_FILE: string };
let worker: ChildProcess | undefined;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-killed-worker-'));
  env = { ...sealEnv, AUDIT_CHECKPOINT_FILE: join(folder, 'checkpoints') };
  gateway = await testGateway(env);
});
afterAll(async () => {
  await kill();
  await gateway.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the worker as its operators do. @returns when it has begun to work */
async function startWorker(): Promise<void> {
  worker = spawn(process.execPath, [...program, '--worker'], {
    env: { PATH: process.env.PATH, DATABASE_URL: gateway.database.url, DATA_DIR: folder, DEMO_DATA: 'false', ...env },
    stdio: 'ignore',
  });
  while (worker.exitCode === null) {
    const { rows } = await sql`select from pg_stat_activity
      where application_name = 'tenantry worker' and datname = current_database()`.execute(gateway.database.db);
    if (rows.length > 0) return;
    await sleep(5);
  }
  throw new Error('The worker ended.');
}

async function kill(): Promise<void> {
  if (!worker || worker.exitCode !== null || worker.signalCode !== null) return;
  const ended = once(worker, 'exit');
  worker.kill('SIGKILL');
  await ended;
}

async function batches(): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from audit_batches`.execute(gateway.database.db);
  return rows[0]?.count ?? 0;
}

it(
  `counts and seal are exact after the worker was killed at random ${kills} times while 32 clients wrote`,
  async () => {
    const orgs = await Promise.all(Array.from({ length: 4 }, async () => (await aTenant(gateway)).id));
    const writing = startWriters({ clients: 32, nextUrl: () => gateway.url, token: gateway.adminToken, orgs, prefix: 'killed-' });
    for (let i = 0; i < kills; i += 1) {
      await startWorker();
      await sleep(Math.random() * 400);
      await kill();
    }
    // One that lives on, to see that it takes up what the others left.
    const sealed = await batches();
    await startWorker();
    for (const end = Date.now() + 30_000; (await batches()) === sealed && Date.now() < end; ) await sleep(50);
    await kill();
    await writing.stop();
    expect(await batches()).toBeGreaterThan(0);
    expect(await writing.discrepancies(gateway.database)).toEqual(asTold);

    for (const duty of [auditRepeats, auditRollups, auditSeal]) await gateway.runDuty(duty);
    expect(await countFaults(gateway.database)).toEqual(exact);
    const findings: Finding[] = [];
    const { db } = gateway.database;
    const verify = gateway.platform.sealing.keys().verify;
    for (const kept of [undefined, readCheckpoints(env.AUDIT_CHECKPOINT_FILE)]) {
      const seen = await verifyDatabase(db, verify, kept, (finding) => findings.push(finding));
      expect(seen).toMatchObject({ unsealed: 0, dropped: 0 });
      expect(seen.entries).toBeGreaterThanOrEqual(writing.count());
    }
    expect(findings).toEqual([]);
    expect(await unsoundness(gateway.database, { hasRowsOfTheTest: true })).toEqual([]);
    process.stdout.write(`${kills} kills of the worker: ${writing.count()} changes, ${await batches()} batches, counts and chain exact\n`);
  },
  90_000 + kills * 15_000,
);
