import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { ShardAddress } from '../../tenancy/shardAddress.js';
import type { ShardPools } from '../../tenancy/shardPools.js';

/**
 * Whether two shards are one database under two addresses: a lock that is held by the one is then held for the other.
 * @throws Unavailable where one of them does not answer
 */
export function areOneDatabase(pools: ShardPools, one: ShardAddress, other: ShardAddress): Promise<boolean> {
  const key = randomBytes(8).readBigInt64BE().toString();
  return pools.use(one, (db) =>
    db.transaction().execute(async (tx) => {
      await sql`select pg_advisory_xact_lock(${key}::bigint)`.execute(tx);
      return pools.use(other, async (otherDb) => {
        const { rows } = await sql<{ is_free: boolean }>`select pg_try_advisory_xact_lock(${key}::bigint) as is_free`.execute(otherDb);
        return rows[0]?.is_free !== true;
      });
    }),
  );
}
