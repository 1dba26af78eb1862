import { type Kysely, sql } from 'kysely';
import { recordEntry } from '../audit/record.js';
import type { DB } from '../db/types.generated.js';
import { openDsn, type ShardKeys, sealDsn } from '../tenancy/shardKeys.js';

const system = { actor: null, origin: { traceId: '0'.repeat(32), ipAddress: null, userAgent: null } };

/**
 * Encrypts the address of every shard, archived ones with them, under the newest key: older keys are needed no more. Safe to run again,
 * and beside gateways that know the newest key.
 * @returns how many shards were not under it yet
 * @throws ShardKeyMissing where a key that is needed is not there; what was done before stays done
 */
export async function rotateShardKeys(db: Kysely<DB>, keys: ShardKeys): Promise<number> {
  for (let rotated = 0; ; rotated += 1) {
    if (!(await rotateOne(db, keys))) return rotated;
  }
}

async function rotateOne(db: Kysely<DB>, keys: ShardKeys): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const shard = await tx
      .selectFrom('shards')
      .select(['id', 'public_id', 'name', 'dsn_ciphertext', 'dsn_key_version'])
      .where('dsn_key_version', '<>', keys.newest)
      .orderBy('id')
      .limit(1)
      .forUpdate()
      .executeTakeFirst();
    if (!shard?.dsn_ciphertext || shard.dsn_key_version === null) return false;
    const id = shard.public_id;
    const dsn = openDsn(keys, id, { ciphertext: shard.dsn_ciphertext, keyVersion: shard.dsn_key_version });
    const { ciphertext, keyVersion } = sealDsn(keys, id, dsn);
    await tx
      .updateTable('shards')
      .set({ dsn_ciphertext: ciphertext, dsn_key_version: keyVersion, version: sql`version + 1`, updated_at: sql`now()` })
      .where('id', '=', shard.id)
      .execute();
    await recordEntry(tx, system, { action: 'shard.rotate_key', resource: { type: 'shard', id, displayId: shard.name } });
    return true;
  });
}
