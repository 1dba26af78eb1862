import { type RawBuilder, sql } from 'kysely';
import { change } from '../audit/change.js';
import type { Tx } from '../audit/entry.js';
import type { Context } from '../context.js';
import { type ChildList, readChildPages } from '../db/childPages.js';
import { type ListOrder, type Page, type PageArgs, readPage } from '../db/page.js';
import { columnsOf, nested, type RowOf, selectList } from '../db/shape.js';
import { contains } from '../db/text.js';
import { NotFound } from '../errors.js';
import { batched } from '../graphql/batch.js';
import { type ConnectionSelection, keyOf, pageKeyOf, type Selection } from '../graphql/selection.js';
import { leaveWorkspaces } from '../workspaces/leaveWorkspaces.js';
import { membershipShape, membershipTables } from './memberships.shape.js';
import type { OrgMemberFilter, OrgMemberOrder, OrgMembership } from './memberships.types.js';

const orders: Readonly<Record<OrgMemberOrder['field'], Pick<ListOrder, 'expression' | 'type'>>> = {
  display_name: { expression: sql`m.member_name`, type: 'text' },
  email: { expression: sql`lower(u.email)`, type: 'text' },
  joined_at: { expression: sql`coalesce(m.joined_at, 'infinity')`, type: 'timestamptz' },
};

export interface MembersArgs extends PageArgs {
  readonly filter?: OrgMemberFilter | null;
  readonly orderBy?: OrgMemberOrder | null;
}

function listOf({ filter, orderBy }: MembersArgs, where: readonly RawBuilder<unknown>[] = []): ChildList {
  const { field, direction } = orderBy ?? { field: 'display_name', direction: 'asc' };
  // A deleted user is in no list.
  const conditions = [...where, sql`u.deleted_at is null`];
  if (filter?.search) conditions.push(contains(sql`u.search_text`, filter.search));
  if (filter?.status) conditions.push(sql`m.status = ${filter.status}`);
  return {
    name: 'org members',
    shape: membershipShape,
    from: membershipTables,
    id: sql<string>`m.public_id`,
    parent: sql`m.org_id`,
    where: conditions,
    isIndexed: field === 'display_name',
    order: { name: `${field}_${direction}`, direction, ...orders[field] },
  };
}

/** A page of the members of an org that is at hand, loaded together with those of its neighbours. @throws Invalid */
export function membersOfOrg(
  ctx: Context,
  orgKey: string,
  args: MembersArgs,
  selection: ConnectionSelection,
): Promise<Page<RowOf<OrgMembership>>> {
  const name = ['org.members', args, pageKeyOf(selection)];
  return batched(ctx, name, orgKey, (keys) => readChildPages<RowOf<OrgMembership>>(ctx.reads, listOf(args), keys, args, selection));
}

/**
 * A page of the members of an org by its id.
 * @throws NotFound
 * @throws Invalid
 */
export async function listOrgMembers(
  ctx: Context,
  orgId: string,
  args: MembersArgs,
  selection: ConnectionSelection,
): Promise<Page<RowOf<OrgMembership>>> {
  const org = await ctx.db.selectFrom('orgs').select('id').where('public_id', '=', orgId).executeTakeFirst();
  if (!org) throw new NotFound('org', orgId);
  return readPage(ctx.reads, listOf(args, [sql`m.org_id = ${org.id}`]), args, selection);
}

/** All memberships of a user, by the org's name, loaded together with those of other users. */
export function membershipsOfUser(ctx: Context, userKey: string, selection: Selection): Promise<RowOf<OrgMembership>[]> {
  return batched(ctx, ['user.orgMemberships', keyOf(selection)], userKey, async (keys) => {
    const columns = columnsOf(membershipShape, selection);
    const { rows } = await sql<Record<string, unknown>>`/* user memberships */ select m.user_id as "_parent", ${selectList(columns)}
      from ${membershipTables} where m.user_id = any (${keys}::bigint[]) order by lower(o.name), o.public_id`.execute(ctx.reads);
    const byUser = new Map<string, RowOf<OrgMembership>[]>(keys.map((key) => [key, []]));
    for (const row of nested<RowOf<OrgMembership> & { _parent: string }>(columns, rows)) byUser.get(row._parent)?.push(row);
    return keys.map((key) => byUser.get(key) ?? []);
  });
}

interface LockedMembership {
  readonly key: string;
  readonly id: string;
  readonly user: { readonly key: string; readonly id: string };
  readonly org: { readonly key: string; readonly id: string; readonly name: string };
  readonly email: string;
  readonly status: string;
  readonly roleHint: string | null;
  readonly version: number;
}

/** @throws NotFound where the user is no member, or was removed */
async function lockMembership(tx: Tx, orgId: string, userId: string): Promise<LockedMembership> {
  const { rows } =
    await sql<LockedMembership>`select m.id as key, m.public_id as id, m.status, m.role_hint as "roleHint", m.version, u.email,
      json_build_object('key', u.id::text, 'id', u.public_id) as user,
      json_build_object('key', o.id::text, 'id', o.public_id, 'name', o.name) as org
    from org_memberships m join orgs o on o.id = m.org_id join users u on u.id = m.user_id
    where o.public_id = ${orgId} and u.public_id = ${userId} and u.deleted_at is null and m.status <> 'removed' for update of m`.execute(
      tx,
    );
  const [membership] = rows;
  if (!membership) throw new NotFound('org_membership', userId);
  return membership;
}

/**
 * Takes a member out of an org and all its workspaces. They may come back, with no more than others have.
 * @throws NotFound
 */
export async function removeOrgMember(ctx: Context, orgId: string, userId: string): Promise<string> {
  return change(ctx, async (work) => {
    const { key, id, user, org, email, ...before } = await lockMembership(work.tx, orgId, userId);
    await leaveWorkspaces(work, user, org.key);
    await sql`update org_memberships set status = 'removed', suspended_by = null, role_hint = null, version = version + 1, updated_at = now()
      where id = ${key}`.execute(work.tx);
    const named = { orgId, userId, email };
    await work.record({
      action: 'org_membership.remove',
      resource: { type: 'org_membership', id, displayId: email },
      org,
      before: { ...named, ...before },
      after: { ...named, status: 'removed', roleHint: null, version: before.version + 1 },
    });
    return userId;
  });
}
