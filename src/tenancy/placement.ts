import type { Kysely } from 'kysely';
import type { DB } from '../db/types.generated.js';
import { addressOf, type ShardAddress } from './shardAddress.js';

/** Where a tenant's data is. */
export interface Placement {
  readonly shard: ShardAddress;
  readonly schema: string;
}

/** Where an org's data is; undefined where there is no such org. @param orgKey the internal key */
export async function placementOf(db: Kysely<DB>, orgKey: string): Promise<Placement | undefined> {
  const row = await db
    .selectFrom('orgs as o')
    .innerJoin('shards as s', 's.id', 'o.shard_id')
    .select(['o.schema_name', 's.id', 's.public_id', 's.dsn_ciphertext', 's.dsn_key_version'])
    .where('o.id', '=', orgKey)
    .executeTakeFirst();
  if (!row) return undefined;
  return { schema: row.schema_name, shard: addressOf(row) };
}
