import { type Kysely, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { changeAccess } from '../access/changeAccess.js';
import { requireGlobalAccessHeld, requireOrgAccessHeld } from '../access/orgAccessHeld.js';
import type { Tx } from '../audit/entry.js';
import { requireVersion } from '../conditions/requireVersion.js';
import { actorOf, type Context } from '../context.js';
import type { RowOf } from '../db/shape.js';
import type { DB } from '../db/types.generated.js';
import { violatedUnique } from '../db/violations.js';
import { Conflict, NotFound } from '../errors.js';
import { batched } from '../graphql/batch.js';
import { checkTexts } from '../input.js';
import { lockAdmin } from '../users/selectUser.js';
import type { User } from '../users/users.types.js';
import { adminResource } from './adminResource.js';
import type { GrantOrgAccessInput, OrgAccess } from './admins.types.js';

interface OrgAccessRow {
  readonly admin: string;
  readonly value: OrgAccess;
}

async function select(db: Kysely<DB> | Tx, where: ReturnType<typeof sql>): Promise<OrgAccessRow[]> {
  const { rows } = await sql<OrgAccessRow>`/* org access */ select x.user_id as admin, json_build_object(
      'id', x.public_id, 'org', json_build_object('id', o.public_id, 'name', o.name),
      'grantedBy', json_build_object('id', coalesce(b.public_id, u.public_id), 'displayName', coalesce(b.display_name, u.display_name)),
      'grantedAt', x.granted_at, 'note', x.note) as value
    from org_access x join orgs o on o.id = x.org_id join users u on u.id = x.user_id left join users b on b.id = x.granted_by
    where ${where} order by lower(o.name), o.public_id`.execute(db);
  return rows;
}

/** The orgs that a user was granted access to, by name; loaded together with those of other users. */
export function orgAccessOfUser(ctx: Context, userKey: string): Promise<OrgAccess[]> {
  return batched(ctx, ['user.orgAccess'], userKey, async (keys) => {
    const rows = await select(ctx.db, sql`x.user_id = any (${keys}::bigint[])`);
    return keys.map((key) => rows.filter((row) => String(row.admin) === key).map((row) => row.value));
  });
}

/** The orgs that an admin was granted access to, by name. @throws NotFound */
export async function listOrgAccess(ctx: Context, adminId: string): Promise<OrgAccess[]> {
  const admin = await ctx.db
    .selectFrom('users')
    .select('id')
    .where('public_id', '=', adminId)
    .where('has_platform_access', '=', true)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  if (!admin) throw new NotFound('admin', adminId);
  return orgAccessOfUser(ctx, admin.id);
}

/**
 * Lets an admin work on an org that the caller can work on.
 * @throws NotFound
 * @throws Forbidden where the caller has no access to the org themselves
 * @throws Conflict where the admin has it
 * @throws Invalid
 */
export async function grantOrgAccess(ctx: Context, input: GrantOrgAccessInput): Promise<OrgAccess> {
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
    const [row] = await select(tx, sql`x.public_id = ${id}`);
    if (!row) throw new Error('A grant that was written is gone.');
    return row.value;
  });
}

/** Takes an admin's access to an org. @throws NotFound also where they have none */
export async function revokeOrgAccess(ctx: Context, adminId: string, orgId: string): Promise<string> {
  return changeAccess(ctx, async ({ tx, record }) => {
    const admin = await lockAdmin(tx, adminId);
    const [row] = await select(tx, sql`x.user_id = ${admin.key} and o.public_id = ${orgId}`);
    if (!row) throw new NotFound('org_access', orgId);
    const { id, org, note } = row.value;
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
