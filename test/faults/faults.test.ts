import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { roundRobin } from './balancer.js';
import { type DatabaseProxy, databaseProxy } from './databaseProxy.js';
import { type GatewayProcess, gatewayProcess, tokenFor } from './gatewayProcess.js';
import { asTold, startWriters, type Writers } from './ledger.js';
import { type OwnServer, ownServer } from './ownServer.js';
import { adminOf, someOrgs } from './platform.js';
import { secretsIn } from './secretsIn.js';
import { inRounds, rounds, unsoundness } from './soundness.js';

let server: OwnServer;
let proxy: DatabaseProxy;
let first: GatewayProcess;
let second: GatewayProcess;
let token: string;
beforeAll(async () => {
  server = await ownServer();
  proxy = await databaseProxy(server.url());
  // Short, so that a connection on which no answer comes is given up soon.
  const env = { DATABASE_STATEMENT_TIMEOUT: '2000', DRAIN_DELAY: '1000' };
  [first, second] = await Promise.all([gatewayProcess(proxy.url, env), gatewayProcess(proxy.url, env)]);
  await Promise.all([first.start(), second.start()]);
  token = tokenFor(await server.use(adminOf));
}, 120_000);
afterAll(async () => {
  await first.discard();
  await second.discard();
  await proxy.close();
  await server.discard();
});

// Whatever was done to it, the platform is whole.
afterEach(async () => {
  expect(await server.use((database) => unsoundness(database))).toEqual([]);
  for (const gateway of [first, second]) expect(secretsIn(gateway.output(), token)).toEqual([]);
}, 60_000);

let batch = 0;
/** 32 clients that write through both gateways in turn, each with orgs that nobody else changes. */
async function writers(): Promise<Writers> {
  batch += 1;
  const orgs = await someOrgs(first.url, token, 4, `batch-${batch}`);
  let turn = 0;
  const nextUrl = () => {
    turn += 1;
    return (turn % 2 === 0 ? first : second).url;
  };
  return startWriters({ clients: 32, nextUrl, token, orgs, prefix: `b${batch}-` });
}

/** Lets clients write for as long as so many changes take. */
async function afterMore(writing: Writers, changes: number): Promise<void> {
  const enough = writing.count() + changes;
  while (writing.count() < enough) await sleep(5);
}

/** Ends the writing, and prints and checks what came of it. */
async function expectNothingLost(what: string, writing: Writers): Promise<void> {
  await writing.stop();
  const found = await server.use((database) => writing.discrepancies(database));
  const unsound = await server.use((database) => unsoundness(database));
  const figures = [
    `${writing.count()} acknowledged changes`,
    `${found.lost} lost`,
    `${found.doubled} doubled`,
    `${writing.retries()} requests sent again`,
    `fsck finds ${unsound.length === 0 ? 'nothing' : unsound.join('; ')}`,
  ];
  report(`${what}: ${figures.join(', ')}`);
  expect(found).toEqual(asTold);
  expect(unsound).toEqual([]);
}

/** Starts a gateway as a supervisor does: again where it ended, as it does where the database does not answer it. @returns the starts that failed */
async function supervised(gateway: GatewayProcess): Promise<number> {
  for (let failed = 0; ; failed += 1) {
    const error = await gateway.start().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (error === undefined) return failed;
    if (failed === 5) throw error;
  }
}

/** Milliseconds. */
const readyWithin = 5_000;
const report = (line: string) => process.stdout.write(`${line}\n`);

/** @param took milliseconds */
function times(took: readonly number[]): string {
  const sorted = [...took].sort((a, b) => a - b);
  return `${Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0)} ms (median), ${Math.round(sorted.at(-1) ?? 0)} ms at most`;
}

/** What takes long is left to `npm run test:faults`. */
const whereAsked = (times: number) => (times > 0 ? describe : describe.skip);

const kills = rounds(1);
describe('A gateway that is killed while 32 clients write', () => {
  it(
    `loses no acknowledged change and doubles none (${kills} kills)`,
    async () => {
      const writing = await writers();
      let failedStarts = 0;
      const done = await inRounds(kills, async (kill) => {
        const gateway = kill % 2 === 0 ? first : second;
        await afterMore(writing, 64);
        await gateway.end('SIGKILL');
        failedStarts += await supervised(gateway);
        if ((kill + 1) % 25 === 0) report(`${kill + 1} kills so far, ${writing.count()} acknowledged changes`);
      });
      await expectNothingLost(`${done} kills (${failedStarts} starts had to be repeated)`, writing);
      expect(writing.retries()).toBeGreaterThan(0);
    },
    60_000 + kills * 30_000,
  );
});

const crashes = Math.min(rounds(1), 50);
describe('PostgreSQL that is stopped at once and started again', () => {
  it(
    `costs nothing that was acknowledged; gateways say 503 meanwhile and are ready in 5 s (${crashes} times)`,
    async () => {
      const writing = await writers();
      const took: number[] = [];
      const done = await inRounds(crashes, async () => {
        await afterMore(writing, 64);
        await server.crash();
        for (const { url } of [first, second]) {
          const headers = { authorization: `Bearer ${token}` };
          const statuses = await Promise.all(
            ['/readyz', '/api/v1/platform/me', '/api/v1/platform/orgs'].map(
              async (path) => (await fetch(`${url}${path}`, { headers })).status,
            ),
          );
          expect(statuses).toEqual([503, 503, 503]);
        }
        proxy.leadTo(await server.restart());
        took.push(...(await Promise.all([first.untilReady(), second.untilReady()])));
        expect([first.isAlive(), second.isAlive()]).toEqual([true, true]);
      });
      await expectNothingLost(`${done} stops of PostgreSQL, ready again after ${times(took)}`, writing);
      expect(Math.max(...took)).toBeLessThan(readyWithin);
    },
    60_000 + crashes * 30_000,
  );
});

const worsenings = {
  'are cut': () => proxy.cut(),
  'are late by 100 ms': async () => {
    proxy.delay(100);
    await sleep(1_000);
    proxy.delay(0);
  },
  'are half-open': () => proxy.halfOpen(),
} as const;
const troubles = Math.min(rounds(0), 50);
whereAsked(troubles)('Connections to the database', () => {
  it.each(Object.entries(worsenings))(
    `that %s cost no change, and gateways are ready in 5 s (${troubles} times)`,
    async (name, worsen) => {
      const writing = await writers();
      const took: number[] = [];
      for (let trouble = 0; trouble < troubles; trouble += 1) {
        await afterMore(writing, 64);
        await worsen();
        took.push(...(await Promise.all([first.untilReady(), second.untilReady()])));
        await afterMore(writing, 64);
        expect([first.isAlive(), second.isAlive()]).toEqual([true, true]);
      }
      await expectNothingLost(`Connections that ${name}, ${troubles} times, ready after ${times(took)}`, writing);
      expect(Math.max(...took)).toBeLessThan(readyWithin);
    },
    60_000 + troubles * 30_000,
  );
});

const restarts = Math.min(rounds(1), 20);
describe('Gateways that are restarted one after the other behind a balancer', () => {
  it(
    `fail not one request (${restarts} times)`,
    async () => {
      const balancer = await roundRobin([first.port, second.port]);
      const statuses = new Map<number, number>();
      let isStopping = false;
      const clients = Array.from({ length: 8 }, async (_, client) => {
        while (!isStopping) {
          const isRead = client % 2 === 0;
          const response = await fetch(`${balancer.url}/api/v1/platform/${isRead ? 'me' : 'partners'}`, {
            method: isRead ? 'GET' : 'POST',
            headers: { authorization: `Bearer ${token}`, ...(!isRead && { 'content-type': 'application/json' }) },
            body: isRead ? undefined : JSON.stringify({ name: 'Rolling', slug: `r-${crypto.randomUUID()}` }),
          });
          await response.arrayBuffer();
          statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
          // The gateway that starts has something left of the processor.
          await sleep(20);
        }
      });
      for (let restart = 0; restart < restarts; restart += 1) {
        for (const gateway of [first, second]) {
          await sleep(200);
          expect(await gateway.end('SIGTERM')).toBe(0);
          await gateway.start();
          await sleep(2 * balancer.interval);
        }
      }
      isStopping = true;
      await Promise.all(clients);
      await balancer.close();
      report(
        `${restarts * 2} restarts under load: ${JSON.stringify([...statuses])}, ${balancer.moved()} requests moved to the other gateway`,
      );
      expect([...statuses.keys()].sort()).toEqual([200, 201]);
      expect(balancer.broken()).toBe(0);
    },
    60_000 + restarts * 120_000,
  );
});
