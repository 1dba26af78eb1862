import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { authProviderDeliveries } from '../../src/authProvider/deliveries.duty.js';
import { sealEnv } from '../faults/sealEnv.js';
import { unsoundness } from '../faults/soundness.js';
import { aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { type Receiver, startReceiver } from '../support/receiver.js';

const secret = `whsec_${randomBytes(32).toString('base64')}`;
let folder: string;
let receiver: Receiver;
let gateway: TestGateway;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-kill-'));
  receiver = await startReceiver();
  gateway = await testGateway({ AUTH_WEBHOOK_URL: receiver.url, AUTH_WEBHOOK_SECRET: secret });
});
afterAll(async () => {
  await gateway.close();
  await receiver.close();
  rmSync(folder, { recursive: true, force: true });
});

// Whoever died, the platform is whole.
afterEach(async () => {
  expect(await unsoundness(gateway.database, { hasRowsOfTheTest: true })).toEqual([]);
}, 60_000);

/** A worker in a process of its own, as it is run beside gateways. */
function aWorker(): { process: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts', '--worker'], {
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: gateway.database.url,
      DATA_DIR: folder,
      ...sealEnv,
      AUTH_WEBHOOK_URL: receiver.url,
      AUTH_WEBHOOK_SECRET: secret,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      output += data.toString();
    });
  }
  return { process: child, output: () => output };
}

/** Lets the claims of a worker that died run out, and the pauses after failures pass. */
async function wait(): Promise<void> {
  await sql`update auth_provider_deliveries set next_attempt_at = now()`.execute(gateway.database.db);
}

describe('a worker that is killed', () => {
  it('loses no event and swaps none, whenever it dies', async () => {
    const users = await Promise.all(Array.from({ length: 25 }, () => aUser(gateway.database)));
    for (const act of ['deactivate', 'reactivate', 'deactivate']) {
      await Promise.all(
        users.map(async (user) => {
          const { status } = await gateway.rest('POST', `/api/v1/platform/users/${user}/${act}`, { token: gateway.adminToken });
          expect(status).toBe(204);
        }),
      );
    }
    // Each worker dies with requests under way: some that were answered, some that arrived and were not.
    for (const dies of [7, 24, 41]) {
      receiver.answer(() => (receiver.received.length >= dies ? 'hang' : 204));
      await wait();
      const worker = aWorker();
      while (receiver.received.length < dies) {
        if (worker.process.exitCode !== null) throw new Error(`It ended: ${worker.output()}`);
        await sleep(10);
      }
      worker.process.kill('SIGKILL');
      await once(worker.process, 'exit');
      expect(worker.output()).not.toContain(secret.slice(6));
    }
    receiver.answer(204);
    await wait();
    await gateway.runDuty(authProviderDeliveries);

    const { rows } = await sql<{ state: string }>`select distinct state from auth_provider_deliveries`.execute(gateway.database.db);
    expect(rows).toEqual([{ state: 'delivered' }]);
    // Whoever takes each id once is told everything once, in order.
    const taken = new Set<unknown>();
    const first = receiver.received.filter(({ headers }) => !taken.has(headers['webhook-id']) && taken.add(headers['webhook-id']));
    for (const user of users) {
      const types = first.filter(({ event }) => event.data.userId === user).map(({ event }) => event.type);
      expect(types).toEqual(['user.blocked', 'user.unblocked', 'user.blocked']);
    }
    expect(receiver.received.length).toBeGreaterThan(first.length);
  }, 120_000);
});
