import type { Kysely } from 'kysely';
import type { DB } from '../../db/types.generated.js';
import { placementOf } from '../../tenancy/placement.js';
import { addressOf, type ShardAddress } from '../../tenancy/shardAddress.js';
import type { HeldJob } from '../queue/heldJob.js';

/** What is moved, and where to. */
export interface Move {
  readonly from: ShardAddress;
  readonly to: ShardAddress;
  readonly schema: string;
}

/** The move that a job does; undefined where it has been done. */
export async function moveOf(db: Kysely<DB>, job: HeldJob): Promise<Move | undefined> {
  const placement = await placementOf(db, job.org.key);
  const target = await db
    .selectFrom('org_moves as m')
    .innerJoin('shards as s', 's.id', 'm.to_shard_id')
    .select(['s.id', 's.public_id', 's.dsn_ciphertext', 's.dsn_key_version'])
    .where('m.job_id', '=', job.key)
    .executeTakeFirst();
  return placement && target && { from: placement.shard, to: addressOf(target), schema: placement.schema };
}
