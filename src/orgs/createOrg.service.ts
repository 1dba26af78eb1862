import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { type ChangeContext, change } from '../audit/change.js';
import type { Tx } from '../audit/entry.js';
import type { Context } from '../context.js';
import { columnNameOf } from '../db/columns.js';
import type { RowOf } from '../db/shape.js';
import { Invalid, NotFound, Unavailable } from '../errors.js';
import type { Selection } from '../graphql/selection.js';
import { checkTexts, requireBetween } from '../input.js';
import { dropAbandoned } from '../tenancy/abandonedSchemas.js';
import { chooseShard } from '../tenancy/chooseShard.js';
import { claimOf, leaseSeconds, provision, takeBack } from '../tenancy/provisioning.js';
import { schemaNameOf } from '../tenancy/schemaName.js';
import { findOrg, lockOrg, orgTextRules, slugIsTaken } from './orgs.service.js';
import type { CreateOrgInput, Org } from './orgs.types.js';

/** An org that has its slug and its slot, and no schema yet. */
export interface ReservedOrg {
  /** Internal key. */
  readonly key: string;
  readonly id: string;
}

/**
 * Takes the slug and a slot for an org, which is recorded before anything is made elsewhere: whoever dies from here on leaves something
 * that a worker finds.
 * @throws Conflict where the slug is taken
 * @throws Invalid
 * @throws Unavailable where no shard has a free slot
 */
export async function reserveOrg(ctx: ChangeContext, input: CreateOrgInput): Promise<ReservedOrg> {
  const { adminUserId, region, name, slug, accountType, maxLocations, ...details } = input;
  checkTexts(['input'], input, orgTextRules);
  requireBetween('maxLocations', maxLocations, 1);
  return change(ctx, async ({ tx, record }) => {
    const admin = await adminKey(tx, adminUserId);
    const id = uuidv7();
    const values = {
      ...given(details),
      name,
      slug,
      maxLocations: maxLocations ?? 1,
      accountType: accountType ?? sql`(select default_account_type from settings)`,
      status: 'migrating',
      publicId: id,
      schemaName: schemaNameOf(slug, id),
      shardId: await chooseShard(tx, region),
    };
    const key = await insertOrg(tx, values);
    await tx
      .insertInto('org_provisioning')
      .values({ org_id: key, admin_user_id: admin, lease_expires_at: sql`now() + ${leaseSeconds} * interval '1 second'` })
      .execute();
    const after = await lockOrg(tx, id);
    await record({ action: 'org.create', resource: { type: 'org', id, displayId: slug }, org: { key, id, name }, after });
    return { key, id };
  });
}

function given(details: object): object {
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== undefined && value !== null));
}

/** The first member's key; null where nobody is to be it. @throws Invalid where the user is not there or not active */
async function adminKey(tx: Tx, id: string | null | undefined): Promise<string | null> {
  if (!id) return null;
  const user = await tx
    .selectFrom('users')
    .select('id')
    .where('public_id', '=', id)
    .where('status', '=', 'active')
    .where('deleted_at', 'is', null)
    .forShare()
    .executeTakeFirst();
  if (!user) throw Invalid.field(['input', 'adminUserId'], 'There is no active user with this id.');
  return user.id;
}

async function insertOrg(tx: Tx, values: object): Promise<string> {
  const names = Object.keys(values).map((name) => sql.id(columnNameOf(name)));
  try {
    const { rows } = await sql<{ id: string }>`/* create org */ insert into orgs (${sql.join(names)})
      values (${sql.join(Object.values(values))}) returning id`.execute(tx);
    const [org] = rows;
    if (!org) throw new Error('An org that was inserted was gone.');
    return org.id;
  } catch (error) {
    throw slugIsTaken(error);
  }
}

/**
 * Makes an org with a schema of its own, which is there and migrated when this returns. One that can't be made is taken back: its slug and
 * its slot are free again.
 * @throws Conflict where the slug is taken
 * @throws Invalid
 * @throws Unavailable where no shard has a free slot, or the shard does not answer
 */
export async function createOrg(ctx: Context, input: CreateOrgInput, selection: Selection): Promise<RowOf<Org>> {
  const { key, id } = await reserveOrg(ctx, input);
  // None where the request is repeated, and the org was ready before.
  const claim = await claimOf(ctx.db, key);
  if (claim) {
    try {
      await provision(ctx, claim);
    } catch (error) {
      const schema = await takeBack(ctx, ctx, claim);
      if (schema) await dropAbandoned(ctx, schema);
      throw error;
    }
  }
  try {
    return await findOrg(ctx, id, selection);
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
    throw new Unavailable('The org could not be made, or was deleted again. Make it by a new request.', 1, { cause: error });
  }
}
