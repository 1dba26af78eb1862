import { type Kysely, type RawBuilder, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { changeAccess } from '../access/changeAccess.js';
import { requireGlobalAccessHeld, requireOrgAccessHeld } from '../access/orgAccessHeld.js';
import type { Tx } from '../audit/entry.js';
import { requireVersion } from '../conditions/requireVersion.js';
import { actorOf, type Context } from '../context.js';
import { type ChildList, readChildPages } from '../db/childPages.js';
import type { ListOrder, Page, PageArgs } from '../db/page.js';
import { columnsOf, nested, type RowOf, selectList } from '../db/shape.js';
import type { DB } from '../db/types.generated.js';
import { violatedUnique } from '../db/violations.js';
import { Conflict, NotFound } from '../errors.js';
import { batched, rowsByKey } from '../graphql/batch.js';
import { type ConnectionSelection, fieldsOf, keyOf, pageKeyOf, type Selection } from '../graphql/selection.js';
import { checkTexts } from '../input.js';
import { lockAdmin } from '../users/selectUser.js';
import type { User } from '../users/users.types.js';
import { adminResource } from './adminResource.js';
import type { GrantOrgAccessInput, OrgAccess } from './admins.types.js';
import { orgAccessShape, orgAccessTables } from './orgAccess.shape.js';

/** What an entry says of a grant. */
const snapshot = fieldsOf(['id', 'org', 'note']);

type OrgAccessRow = RowOf<OrgAccess>;

async function select<T = OrgAccessRow>(db: Kysely<DB> | Tx, where: RawBuilder<unknown>, selection: Selection): Promise<T[]> {
  const columns = columnsOf(orgAccessShape, selection);
  const { rows } = await sql<Record<string, unknown>>`/* org access */ select x.user_id as "_user", ${selectList(columns)}
    from ${orgAccessTables} where ${where} order by lower(o.name), o.public_id`.execute(db);
  return nested<T>(columns, rows);
}

/** The orgs that a user was granted access to, by name; loaded together with those of other users. */
export function orgAccessOfUser(ctx: Context, userKey: string, selection: Selection): Promise<OrgAccessRow[]> {
  return batched(ctx, ['user.orgAccess', keyOf(selection)], userKey, async (keys) => {
    const rows = await select<OrgAccessRow & { _user: string }>(ctx.reads, sql`x.user_id = any (${keys}::bigint[])`, selection);
    return rowsByKey(keys, rows, (row) => row._user);
  });
}

const byAdmin: ListOrder = { name: 'display_name_asc', expression: sql`lower(u.display_name)`, type: 'text', direction: 'asc' };

/** A page of the admins who were granted access to an org, by name; loaded together with those of other orgs. @throws Invalid */
export function accessToOrg(ctx: Context, orgKey: string, args: PageArgs, selection: ConnectionSelection): Promise<Page<OrgAccessRow>> {
  const list: ChildList = {
    name: 'access to org',
    shape: orgAccessShape,
    from: orgAccessTables,
    id: sql<string>`x.public_id`,
    parent: sql`x.org_id`,
    where: [sql`u.deleted_at is null`],
    order: byAdmin,
  };
  const name = ['org.access', args, pageKeyOf(selection)];
  return batched(ctx, name, orgKey, (keys) => readChildPages<OrgAccessRow>(ctx.reads, list, keys, args, selection));
}

/** A grant with what an entry says of it. */
type ToldOrgAccess = OrgAccessRow & Pick<OrgAccess, 'id' | 'org' | 'note'>;

/** The orgs that an admin was granted access to, by name. @throws NotFound */
export async function listOrgAccess(ctx: Context, adminId: string, selection: Selection): Promise<OrgAccessRow[]> {
  const admin = await ctx.db
    .selectFrom('users')
    .select('id')
    .where('public_id', '=', adminId)
    .where('has_platform_access', '=', true)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  if (!admin) throw new NotFound('admin', adminId);
  return orgAccessOfUser(ctx, admin.id, selection);
}

/**
 * Lets an admin work on an org that the caller can work on.
 * @throws NotFound
 * @throws Forbidden where the caller has no access to the org themselves
 * @throws Conflict where the admin has it
 * @throws Invalid
 */
export async function grantOrgAccess(ctx: Context, input: GrantOrgAccessInput, selection: Selection): Promise<OrgAccessRow> {
  checkTexts(['input'], input, { note: { max: 2_000, nullable: true } });
  return changeAccess(ctx, async ({ tx, record }) => {
    const admin = await lockAdmin(tx, input.adminId);
    const org = await tx.selectFrom('orgs').select(['id', 'name']).where('public_id', '=', input.orgId).executeTakeFirst();
    if (!org) throw new NotFound('org', input.orgId);
    await requireOrgAccessHeld(ctx, tx, input.orgId);
    const id = uuidv7();
    try {
      await tx
        .insertInto('org_access')
        .values({ public_id: id, user_id: admin.key, org_id: org.id, granted_by: actorOf(ctx).key, note: input.note ?? null })
        .execute();
    } catch (error) {
      if (!violatedUnique(error)) throw error;
      throw new Conflict('The admin has access to this org already.', { field: 'orgId' }, { cause: error });
    }
    await record({
      action: 'org_access.grant',
      resource: adminResource(admin),
      org: { key: org.id, id: input.orgId, name: org.name },
      after: { orgId: input.orgId, note: input.note ?? null },
    });
    const [row] = await select(tx, sql`x.public_id = ${id}`, selection);
    if (!row) throw new Error('A grant that was written is gone.');
    return row;
  });
}

/** Takes an admin's access to an org. @throws NotFound also where they have none */
export async function revokeOrgAccess(ctx: Context, adminId: string, orgId: string): Promise<string> {
  return changeAccess(ctx, async ({ tx, record }) => {
    const admin = await lockAdmin(tx, adminId);
    const [row] = await select<ToldOrgAccess>(tx, sql`x.user_id = ${admin.key} and o.public_id = ${orgId}`, snapshot);
    if (!row) throw new NotFound('org_access', orgId);
    const { id, org, note } = row;
    const { org_id: key } = await tx.deleteFrom('org_access').where('public_id', '=', id).returning('org_id').executeTakeFirstOrThrow();
    const before = { orgId, note };
    await record({ action: 'org_access.revoke', resource: adminResource(admin), org: { key, id: orgId, name: org.name }, before });
    return id;
  });
}

/**
 * Lets an admin work on every org, or on no more than they were granted.
 * @throws NotFound
 * @throws Forbidden where a caller without global access would give it
 */
export async function setGlobalAccess(ctx: Context, adminId: string, isGlobal: boolean): Promise<RowOf<User>> {
  return changeAccess(ctx, async ({ tx, record }) => {
    const before = await lockAdmin(tx, adminId);
    requireVersion(ctx, 'admin', before.version);
    if (isGlobal) await requireGlobalAccessHeld(ctx, tx);
    await sql`update users set is_global_access = ${isGlobal}, version = version + 1, updated_at = now() where id = ${before.key}`.execute(
      tx,
    );
    const after = await lockAdmin(tx, adminId);
    await record({ action: 'org_access.set_global', resource: adminResource(before), before, after });
    return after;
  });
}
