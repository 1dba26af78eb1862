import type { Kysely } from 'kysely';
import pg from 'pg';
import { isPoolFull, openPool } from '../db/pool.js';
import { DomainError, Unavailable } from '../errors.js';
import { isOutage } from '../failure.js';
import { type Breaker, createBreaker } from './breaker.js';
import type { ShardAddress } from './shardAddress.js';
import { openDsn, type ShardKeys } from './shardKeys.js';
import type { DB as TenantDB } from './types.generated.js';

export interface ShardPoolsOptions {
  /** Of the control plane's own database. A secret. */
  readonly ownUrl: string;
  readonly keys: ShardKeys;
  /** Connections to one shard, at most. */
  readonly poolSize: number;
  /** Connections to all shards together, at most. */
  readonly maxConnections: number;
  /** Milliseconds to wait for a connection, new or free. */
  readonly acquireTimeout: number;
  /** Milliseconds after which a shard cancels a statement; 0 for never, and then an answer is waited for as long as it takes. */
  readonly statementTimeout: number;
  readonly applicationName: string;
  readonly onIdleError?: (error: Error) => void;
}

/** A process's connections to its shards: a small pool each, so that a shard which is slow or dead costs its own orgs only. */
export interface ShardPools {
  /**
   * Runs `work` with the tables of a shard, as the role of its DSN.
   * @throws Unavailable where the shard does not answer, at once where that is known already
   */
  use<T>(shard: ShardAddress, work: (db: Kysely<TenantDB>) => Promise<T>): Promise<T>;
  /**
   * Runs `work` over a connection of its own, on which statements may take as long as they like: for copying a tenant.
   * @throws Unavailable where the shard does not answer
   */
  alone<T>(shard: ShardAddress, work: (client: pg.Client) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

interface OpenPool {
  readonly db: Kysely<TenantDB>;
  /** What its address was made of; another ciphertext is another address. */
  readonly madeOf: string;
  /** Calls in flight. */
  users: number;
}

const breaking = { failures: 3, rest: 5_000, judge };

function judge(error: unknown): 'failed' | 'alive' | 'unknown' {
  if (isPoolFull(error)) return 'unknown';
  // Where the pool gets no connection, or a service words what the shard refused, the driver's error is the cause.
  const said = error instanceof Unavailable ? error.cause : error;
  if (isOutage(said)) return 'failed';
  return said instanceof Error && !(said instanceof DomainError) ? 'alive' : 'unknown';
}

export function openShardPools(options: ShardPoolsOptions): ShardPools {
  const { ownUrl, keys, poolSize, maxConnections } = options;
  const maxPools = Math.max(1, Math.floor(maxConnections / poolSize));
  /** By the shard's key, the one that was used longest ago first. */
  const pools = new Map<string, OpenPool>();
  const breakers = new Map<string, Breaker>();
  const closing = new Set<Promise<void>>();

  const urlOf = ({ id, sealedDsn }: ShardAddress): string => (sealedDsn ? openDsn(keys, id, sealedDsn) : ownUrl);

  function retire(key: string, { db }: OpenPool): void {
    if (pools.get(key)?.db === db) pools.delete(key);
    const closed = db.destroy().catch(() => {});
    closing.add(closed);
    closed.finally(() => closing.delete(closed));
  }

  function makePlace(): void {
    if (pools.size < maxPools) return;
    const idle = [...pools].find(([, pool]) => pool.users === 0);
    if (!idle) throw new Unavailable('The service is busy. Try again shortly.', 1);
    retire(...idle);
  }

  function poolOf({ key, id, sealedDsn }: ShardAddress): OpenPool {
    const madeOf = sealedDsn ? `${sealedDsn.keyVersion}:${sealedDsn.ciphertext.toString('base64')}` : '';
    const known = pools.get(key);
    if (known?.madeOf === madeOf) {
      pools.delete(key);
      pools.set(key, known);
      return known;
    }
    if (known) retire(key, known);
    else makePlace();
    // With clients that prepare nothing: one connection serves many tenants, and a plan that was kept would be made anew for each.
    const { db } = openPool<TenantDB>({ ...options, url: urlOf({ key, id, sealedDsn }) });
    const opened = { db, madeOf, users: 0 };
    pools.set(key, opened);
    return opened;
  }

  function breakerOf(key: string): Breaker {
    const known = breakers.get(key);
    if (known) return known;
    const made = createBreaker(breaking);
    breakers.set(key, made);
    return made;
  }

  return {
    use(shard, work) {
      return breakerOf(shard.key).run(async () => {
        const pool = poolOf(shard);
        pool.users += 1;
        try {
          return await work(pool.db);
        } finally {
          pool.users -= 1;
        }
      });
    },
    async alone(shard, work) {
      const client = new pg.Client({
        connectionString: urlOf(shard),
        connectionTimeoutMillis: options.acquireTimeout,
        application_name: `${options.applicationName} copy`,
        options: '-c timezone=UTC -c datestyle=ISO -c intervalstyle=postgres -c extra_float_digits=1 -c statement_timeout=0',
        keepAlive: true,
      });
      client.on('error', () => {});
      try {
        await client.connect();
        return await work(client);
      } finally {
        await client.end().catch(() => {});
      }
    },
    async close() {
      for (const [key, pool] of [...pools]) retire(key, pool);
      await Promise.all(closing);
    },
  };
}
