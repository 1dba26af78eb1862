import { randomBytes } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { Unavailable } from '../../src/errors.js';
import type { ShardAddress } from '../../src/tenancy/shardAddress.js';
import { sealDsn, shardKeys } from '../../src/tenancy/shardKeys.js';
import { openShardPools, type ShardPools } from '../../src/tenancy/shardPools.js';
import { blackHole } from '../support/blackHole.js';
import { type TestDatabase, testDatabase } from '../support/database.js';

const keys = shardKeys([{ version: 1, secret: randomBytes(32) }]);
const acquireTimeout = 300;
const statementTimeout = 300;

let database: TestDatabase;
let pools: ShardPools;
let count = 0;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());
beforeEach(() => {
  pools = openShardPools({
    ownUrl: database.url,
    keys,
    poolSize: 2,
    maxConnections: 6,
    acquireTimeout,
    statementTimeout,
    applicationName: 'tenantry pools',
  });
});
afterEach(() => pools.close());

function shardAt(dsn: string): ShardAddress {
  count += 1;
  const id = `shard ${count}`;
  return { key: String(count), id, sealedDsn: sealDsn(keys, id, dsn) };
}
const own = (): ShardAddress => ({ key: 'own', id: 'own', sealedDsn: null });
const ask = (shard: ShardAddress) => pools.use(shard, async (db) => (await sql<{ n: number }>`select 1 as n`.execute(db)).rows[0]?.n);

/** What a call came to, and after how many milliseconds. */
async function timed(work: () => Promise<unknown>): Promise<{ outcome: unknown; took: number }> {
  const start = performance.now();
  const outcome = await work().catch((error: unknown) => error);
  return { outcome, took: performance.now() - start };
}

/** Passes bytes on to the test's server, until it is told to swallow them. */
async function fragileWay(): Promise<{ url: string; swallow(): void; mend(): void; close(): Promise<void> }> {
  const target = new URL(database.url);
  const sockets = new Set<Socket>();
  let swallows = false;
  const server: Server = createServer((inner) => {
    const outer = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      sockets.add(from);
      from.on('error', () => {});
      from.on('close', () => to.destroy());
      from.on('data', (bytes) => {
        if (!swallows) to.write(bytes);
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const url = new URL(database.url);
  url.hostname = '127.0.0.1';
  url.port = String(typeof address === 'object' && address ? address.port : 0);
  return {
    url: url.href,
    swallow() {
      swallows = true;
    },
    mend() {
      swallows = false;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function isKnownDead(outcome: unknown): boolean {
  return outcome instanceof Unavailable && outcome.message === 'The database of this org does not answer. Try again shortly.';
}

describe('The pools of shards', () => {
  it('let a shard that never answers cost its own callers only, and those soon nothing', async () => {
    // What is measured is whether they wait for each other, and not how long this machine takes to connect.
    await Promise.all([ask(own()), ask(own())]);
    const hole = await blackHole();
    const dead = shardAt(`postgresql://me:x@127.0.0.1:${hole.port}/db`);
    const waiting = Array.from({ length: 10 }, () => timed(() => ask(dead)));
    const others = await Promise.all(Array.from({ length: 10 }, () => timed(() => ask(own()))));
    expect(others.map(({ outcome }) => outcome)).toEqual(others.map(() => 1));

    for (const { outcome, took } of await Promise.all(waiting)) {
      expect(outcome).toBeInstanceOf(Unavailable);
      expect(took).toBeLessThan(10 * acquireTimeout);
    }
    // One caller tries again after each rest; whoever comes behind that one is told at once.
    let known = await timed(() => ask(dead));
    for (let i = 0; i < 5 && !isKnownDead(known.outcome); i += 1) known = await timed(() => ask(dead));
    expect(isKnownDead(known.outcome)).toBe(true);
    expect(known.took).toBeLessThan(acquireTimeout / 3);
    expect((await timed(() => ask(own()))).outcome).toBe(1);
    await hole.close();
  });

  it('give up a connection that fell silent, and go on by a new one when the way is mended', async () => {
    const way = await fragileWay();
    const shard = shardAt(way.url);
    expect(await ask(shard)).toBe(1);
    way.swallow();
    const lost = await timed(() => ask(shard));
    expect(lost.outcome).toBeInstanceOf(Error);
    expect(lost.took).toBeLessThan(statementTimeout + 1_000 + 1_000);
    way.mend();
    expect(await ask(shard)).toBe(1);
    await way.close();
  });

  it('hold no more connections than all shards together may have', async () => {
    const shards = Array.from({ length: 5 }, () => shardAt(database.url));
    for (const shard of shards) await Promise.all([ask(shard), ask(shard), ask(shard)]);
    const open = async () => {
      const { rows } = await sql<{ n: number }>`select count(*)::int as n from pg_stat_activity
        where application_name = 'tenantry pools' and datname = current_database()`.execute(database.db);
      return rows[0]?.n ?? 0;
    };
    // A server notices a farewell a moment after it was said.
    while ((await open()) > 6) await new Promise((resolve) => setImmediate(resolve));
    expect(await open()).toBeGreaterThan(1);
  });

  it('say that they are busy where every connection is in use, and hold nobody guilty for it', async () => {
    const slow = () => pools.use(own(), (db) => sql`select pg_sleep(0.25)`.execute(db));
    const outcomes = await Promise.all(Array.from({ length: 12 }, () => timed(slow)));
    const refused = outcomes.filter(({ outcome }) => outcome instanceof Error);
    expect(refused.length).toBeGreaterThan(3);
    for (const { outcome } of refused) expect(outcome).toMatchObject({ message: 'The service is busy. Try again shortly.' });
    expect(await ask(own())).toBe(1);
  });

  it('hold a shard that answers not guilty for one org whose data is not there', async () => {
    const shard = shardAt(database.url);
    const refused = () =>
      pools.use(shard, async (db) => {
        try {
          await sql`select set_config('role', 't_nobody', false)`.execute(db);
        } catch (cause) {
          throw new Unavailable('The data of this org is not there yet. Try again shortly.', 5, { cause });
        }
      });
    for (let i = 0; i < 5; i += 1) {
      expect((await timed(refused)).outcome).toMatchObject({ message: 'The data of this org is not there yet. Try again shortly.' });
    }
    expect(await ask(shard)).toBe(1);
  });

  it('take another address for another shard', async () => {
    const hole = await blackHole();
    const shard = shardAt(database.url);
    expect(await ask(shard)).toBe(1);
    const moved = { ...shard, sealedDsn: sealDsn(keys, shard.id, `postgresql://me:x@127.0.0.1:${hole.port}/db`) };
    expect((await timed(() => ask(moved))).outcome).toBeInstanceOf(Unavailable);
    expect(await ask(shard)).toBe(1);
    await hole.close();
  });
});
