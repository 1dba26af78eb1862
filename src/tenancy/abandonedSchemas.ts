import { sql } from 'kysely';
import type { Tx } from '../audit/entry.js';
import type { Platform } from '../context.js';
import { isOutage } from '../failure.js';
import { addressOf } from './shardAddress.js';
import { dropTenantSchema } from './tenantSchema.js';

/**
 * Removes an org, and leaves its schema to be dropped. Snapshots that were on their way to the schema go too.
 * @param orgKey internal
 * @returns the schema's name
 */
export async function abandonSchema(tx: Tx, orgKey: string): Promise<string> {
  const { rows } = await sql<{ schema_name: string }>`/* abandon schema */ insert into abandoned_schemas (shard_id, schema_name)
    select shard_id, schema_name from orgs where id = ${orgKey} returning schema_name`.execute(tx);
  // Copies that moves left on other shards are kept no longer.
  await sql`update abandoned_schemas set try_at = now() where schema_name = ${rows[0]?.schema_name ?? ''}`.execute(tx);
  await tx.deleteFrom('audit_outbox').where('org_id', '=', orgKey).execute();
  await tx.deleteFrom('orgs').where('id', '=', orgKey).execute();
  const [abandoned] = rows;
  if (!abandoned) throw new Error('An org was gone before its schema was abandoned.');
  return abandoned.schema_name;
}

/** Seconds to the next attempt: doubled each time, an hour at most. */
const backoff = sql`least(3600, 5 * power(2, least(attempts, 10)))`;

/**
 * Drops one schema whose org is no more, if one is due. A shard that does not answer delays its own only.
 * @param schema the one to drop; whichever is due first where it is left out
 * @returns whether there was one
 */
export async function dropAbandoned({ db, shardPools }: Pick<Platform, 'db' | 'shardPools'>, schema?: string): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const due = await tx
      .selectFrom('abandoned_schemas as a')
      .innerJoin('shards as s', 's.id', 'a.shard_id')
      .select(['a.id', 'a.schema_name', 's.id as shard', 's.public_id', 's.dsn_ciphertext', 's.dsn_key_version'])
      .where('a.try_at', '<=', sql<string>`now()`)
      .$if(schema !== undefined, (query) => query.where('a.schema_name', '=', schema ?? ''))
      .orderBy('a.try_at')
      .limit(1)
      .forUpdate('a')
      .skipLocked()
      .executeTakeFirst();
    if (!due) return false;
    try {
      await shardPools.use(addressOf({ ...due, id: due.shard }), (shard) => dropTenantSchema(shard, due.schema_name));
      await tx.deleteFrom('abandoned_schemas').where('id', '=', due.id).execute();
    } catch (error) {
      await tx
        .updateTable('abandoned_schemas')
        .set({
          attempts: sql`attempts + 1`,
          try_at: sql`now() + ${backoff} * interval '1 second'`,
          last_error: isOutage(error) ? 'The shard does not answer.' : 'The schema could not be dropped.',
        })
        .where('id', '=', due.id)
        .execute();
    }
    return true;
  });
}
