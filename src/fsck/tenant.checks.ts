import { sql } from 'kysely';
import { asDomainError } from '../failure.js';
import type { ShardAddress } from '../tenancy/shardAddress.js';
import { inTenant } from '../tenancy/tenant.js';
import { atOneMoment, type Check, type Checked } from './check.js';
import { eachOrg } from './eachOrg.js';

const orgsHaveSchemas: Check = {
  name: 'The schema of each org answers',
  find: (checked) =>
    eachOrg(
      checked,
      async ({ key }) => {
        await inTenant(checked, key, (tx) => sql`/* fsck */ select from audit_log limit 1`.execute(tx));
        return [];
      },
      ({ slug, status, schema }, fault) => [`The ${status} org ${slug} has no use of its schema ${schema}: ${fault}`],
    ),
};

const schemasHaveOrgs: Check = {
  name: 'Each schema of a tenant belongs to an org of its shard',
  async find(checked) {
    const shards = await checked.db.selectFrom('shards').selectAll().where('archived_at', 'is', null).orderBy('id').execute();
    const found: string[] = [];
    for (const { id: key, public_id: id, name, dsn_ciphertext: ciphertext, dsn_key_version: keyVersion } of shards) {
      const shard = { key, id, sealedDsn: ciphertext && keyVersion ? { ciphertext, keyVersion } : null };
      try {
        const orphans = await orphansOn(checked, shard);
        found.push(...orphans.map((schema) => `The schema ${schema} on the shard ${name} belongs to no org.`));
      } catch (error) {
        found.push(`The shard ${name} can't be looked at: ${asDomainError(error)?.message ?? 'it refused.'}`);
      }
    }
    return found;
  },
};

/** Looked at first and last on the shard, so that one which is made or dropped meanwhile is none. */
async function orphansOn(checked: Checked, shard: ShardAddress): Promise<string[]> {
  const schemas = await schemasOn(checked, shard);
  const known = await atOneMoment(checked.db, (tx) =>
    sql<{ name: string }>`/* fsck */ select schema_name as name from orgs where shard_id = ${shard.key}
      union select schema_name from abandoned_schemas where shard_id = ${shard.key}`.execute(tx),
  );
  const owned = new Set(known.rows.map(({ name }) => name));
  const orphans = schemas.filter((schema) => !owned.has(schema));
  if (orphans.length === 0) return [];
  const still = new Set(await schemasOn(checked, shard));
  return orphans.filter((schema) => still.has(schema));
}

async function schemasOn({ shardPools }: Checked, shard: ShardAddress): Promise<string[]> {
  const { rows } = await shardPools.use(shard, (db) =>
    sql<{ name: string }>`/* fsck */ select nspname as name from pg_namespace where nspname like 't\\_%' order by 1`.execute(db),
  );
  return rows.map(({ name }) => name);
}

export const tenantChecks: readonly Check[] = [orgsHaveSchemas, schemasHaveOrgs];
