import type { Kysely } from 'kysely';
import type { DB } from '../db/types.generated.js';
import { completeProvisioning } from './provisioning.js';
import { makeTenantSchema } from './tenantSchema.js';

/** Schemas that are made at once. */
const parallel = 4;

/**
 * Makes ready whatever org is being made on the control plane's own database: for a start, before there are pools and workers.
 * @returns how many
 */
export async function provisionOwnOrgs(db: Kysely<DB>): Promise<number> {
  const orgs = await db
    .selectFrom('org_provisioning as p')
    .innerJoin('orgs as o', 'o.id', 'p.org_id')
    .innerJoin('shards as s', 's.id', 'o.shard_id')
    .select(['p.org_id', 'p.fence', 'o.schema_name'])
    .where('s.dsn_ciphertext', 'is', null)
    .execute();
  const waiting = [...orgs];
  async function work(): Promise<void> {
    for (let org = waiting.pop(); org; org = waiting.pop()) {
      const claim = { orgKey: org.org_id, fence: org.fence };
      await makeTenantSchema(db, org.schema_name);
      await db.transaction().execute((tx) => completeProvisioning(tx, claim));
    }
  }
  await Promise.all(Array.from({ length: parallel }, work));
  return orgs.length;
}
