import { type Kysely, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Tx } from '../audit/entry.js';
import { type Author, recordEntry } from '../audit/record.js';
import type { Platform } from '../context.js';
import type { DB } from '../db/types.generated.js';
import { Unavailable } from '../errors.js';
import { abandonSchema } from './abandonedSchemas.js';
import { placementOf } from './placement.js';
import { makeTenantSchema } from './tenantSchema.js';

/** The right to make an org ready, which its holder keeps until somebody takes it over. */
export interface ProvisioningClaim {
  /** Internal key. */
  readonly orgKey: string;
  readonly fence: number;
}

/** Seconds after which a worker takes over what nobody finished. Far longer than the steps take. */
export const leaseSeconds = 60;

/** Whoever took the org over, finished it, or took it back makes further steps of an earlier holder void. */
class ClaimLost extends Unavailable {
  constructor() {
    super('The org is being made by another process. Look again shortly.', 2);
  }
}

type Step = (platform: Pick<Platform, 'db' | 'shardPools'>, claim: ProvisioningClaim) => Promise<void>;

/** Makes the schema of an org, whole or not at all. */
const buildSchema: Step = async ({ db, shardPools }, claim) => {
  const placement = await placementOf(db, claim.orgKey);
  if (!placement) throw new ClaimLost();
  await shardPools.use(placement.shard, (shard) => makeTenantSchema(shard, placement.schema, () => requireClaim(db, claim)));
};

/** Opens an org whose schema is there: from now on it is in use, and nobody's claim any more. */
const openOrg: Step = ({ db }, claim) => db.transaction().execute((tx) => completeProvisioning(tx, claim));

/** What makes a reserved org ready, in order. Each may be done again, by another process, from wherever the last one ended. */
export const provisioningSteps: readonly Step[] = [buildSchema, openOrg];

/**
 * Makes a reserved org ready for use.
 * @throws Unavailable where its shard does not answer, or another process has taken over
 */
export async function provision(platform: Pick<Platform, 'db' | 'shardPools'>, claim: ProvisioningClaim): Promise<void> {
  for (const step of provisioningSteps) await step(platform, claim);
}

async function requireClaim(db: Kysely<DB>, { orgKey, fence }: ProvisioningClaim): Promise<void> {
  const held = await db
    .selectFrom('org_provisioning')
    .select('org_id')
    .where('org_id', '=', orgKey)
    .where('fence', '=', fence)
    .executeTakeFirst();
  if (!held) throw new ClaimLost();
}

/** Opens an org in the transaction that ends its claim. @throws Unavailable where the claim is held no more */
export async function completeProvisioning(tx: Tx, { orgKey, fence }: ProvisioningClaim): Promise<void> {
  const done = await tx
    .deleteFrom('org_provisioning')
    .where('org_id', '=', orgKey)
    .where('fence', '=', fence)
    .returning('admin_user_id')
    .executeTakeFirst();
  if (!done) throw new ClaimLost();
  // Demo orgs are in their status from the start.
  await tx.updateTable('orgs').set({ status: 'active' }).where('id', '=', orgKey).where('status', '=', 'migrating').execute();
  if (done.admin_user_id === null) return;
  await tx
    .insertInto('org_memberships')
    .values({ public_id: uuidv7(), org_id: orgKey, user_id: done.admin_user_id, role_hint: 'admin', joined_at: sql`now()` })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** The claim on an org that is being made; undefined where it is ready. */
export async function claimOf(db: Kysely<DB>, orgKey: string): Promise<ProvisioningClaim | undefined> {
  const row = await db.selectFrom('org_provisioning').select('fence').where('org_id', '=', orgKey).executeTakeFirst();
  return row && { orgKey, fence: row.fence };
}

/**
 * Takes back an org that could not be made ready: its slug and its slot are free again, and what there is of a schema is dropped as soon
 * as its shard answers. The trail says that the creation failed.
 * @returns the name of the schema to drop; undefined where the claim is held no more, and nothing was done
 */
export async function takeBack(
  { db }: Pick<Platform, 'db'>,
  author: Author,
  { orgKey, fence }: ProvisioningClaim,
): Promise<string | undefined> {
  return db.transaction().execute(async (tx) => {
    const org = await tx
      .selectFrom('orgs as o')
      .innerJoin('org_provisioning as p', 'p.org_id', 'o.id')
      .select(['o.public_id', 'o.name', 'o.slug'])
      .where('o.id', '=', orgKey)
      .where('p.fence', '=', fence)
      .forUpdate()
      .executeTakeFirst();
    if (!org) return undefined;
    const schema = await abandonSchema(tx, orgKey);
    await recordEntry(tx, author, {
      action: 'org.create',
      outcome: 'failed',
      resource: { type: 'org', id: org.public_id, displayId: org.slug },
      org: { key: orgKey, id: org.public_id, name: org.name },
    });
    return schema;
  });
}
