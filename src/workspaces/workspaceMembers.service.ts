import { sql } from 'kysely';
import { standingIn } from '../access/workspaceStanding.js';
import { change } from '../audit/change.js';
import type { Tx } from '../audit/entry.js';
import { requireVersion } from '../conditions/requireVersion.js';
import { actorOf, type Context } from '../context.js';
import { type ChildList, readChildPages } from '../db/childPages.js';
import { type ListOrder, type Page, type PageArgs, readPage } from '../db/page.js';
import { columnsOf, nested, type RowOf, selectList } from '../db/shape.js';
import { contains } from '../db/text.js';
import { Conflict, NotFound } from '../errors.js';
import { batched } from '../graphql/batch.js';
import { type ConnectionSelection, keyOf, pageKeyOf, type Selection } from '../graphql/selection.js';
import { enterWorkspace, orgOf, requireNotAbove, type WorkspacePlace } from './enterWorkspace.js';
import { deleteMember, insertMember, readBack, recordMember, requireOrgMember, selectMember, writeRole } from './workspaceMembers.rows.js';
import { workspaceMemberShape, workspaceMemberTables } from './workspaceMembers.shape.js';
import type {
  AddWorkspaceMemberInput,
  ChangeWorkspaceMemberRoleInput,
  WorkspaceMember,
  WorkspaceMemberFilter,
  WorkspaceMemberOrder,
} from './workspaceMembers.types.js';

const orders: Readonly<Record<WorkspaceMemberOrder['field'], Pick<ListOrder, 'expression' | 'type'>>> = {
  display_name: { expression: sql`lower(u.display_name)`, type: 'text' },
  email: { expression: sql`lower(u.email)`, type: 'text' },
  added_at: { expression: sql`wm.created_at`, type: 'timestamptz' },
};

export interface WorkspaceMembersArgs extends PageArgs {
  readonly filter?: WorkspaceMemberFilter | null;
  readonly orderBy?: WorkspaceMemberOrder | null;
}

function listOf({ filter, orderBy }: WorkspaceMembersArgs): ChildList {
  const { field, direction } = orderBy ?? { field: 'display_name', direction: 'asc' };
  // A deleted user is in no list.
  const where = [sql`u.deleted_at is null`];
  if (filter?.search) where.push(contains(sql`u.search_text`, filter.search));
  if (filter?.role) where.push(sql`wm.role = ${filter.role}`);
  return {
    name: 'workspace members',
    shape: workspaceMemberShape,
    from: workspaceMemberTables,
    id: sql<string>`u.public_id`,
    parent: sql`wm.workspace_id`,
    where,
    order: { name: `${field}_${direction}`, direction, ...orders[field] },
  };
}

/** A page of the members of a workspace that is at hand, loaded together with those of its neighbours. @throws Invalid */
export function membersOfWorkspace(
  ctx: Context,
  workspaceKey: string,
  args: WorkspaceMembersArgs,
  selection: ConnectionSelection,
): Promise<Page<RowOf<WorkspaceMember>>> {
  const name = ['workspace.members', args, pageKeyOf(selection)];
  return batched(ctx, name, workspaceKey, (keys) => readChildPages<RowOf<WorkspaceMember>>(ctx.reads, listOf(args), keys, args, selection));
}

/**
 * A page of the members of a workspace by its id.
 * @throws NotFound
 * @throws Invalid
 */
export async function listWorkspaceMembers(
  ctx: Context,
  { workspaceId, orgId }: WorkspacePlace,
  args: WorkspaceMembersArgs,
  selection: ConnectionSelection,
): Promise<Page<RowOf<WorkspaceMember>>> {
  const workspace = await standingIn(ctx, workspaceId, orgId);
  if (!workspace) throw new NotFound('workspace', workspaceId);
  const list = listOf(args);
  return readPage(ctx.reads, { ...list, where: [...list.where, sql`wm.workspace_id = ${workspace.key}`] }, args, selection);
}

/** All places of a user in workspaces that are not archived, by the workspace's name, loaded together with those of other users. */
export function workspaceMembershipsOfUser(ctx: Context, userKey: string, selection: Selection): Promise<RowOf<WorkspaceMember>[]> {
  return batched(ctx, ['user.workspaceMemberships', keyOf(selection)], userKey, async (keys) => {
    const columns = columnsOf(workspaceMemberShape, selection);
    const { rows } = await sql<Record<string, unknown>>`/* user workspaces */ select wm.user_id as "_parent", ${selectList(columns)}
      from ${workspaceMemberTables} where wm.user_id = any (${keys}::bigint[]) and w.archived_at is null
      order by lower(w.name), w.public_id`.execute(ctx.reads);
    const byUser = new Map<string, RowOf<WorkspaceMember>[]>(keys.map((key) => [key, []]));
    for (const row of nested<RowOf<WorkspaceMember> & { _parent: string }>(columns, rows)) byUser.get(row._parent)?.push(row);
    return keys.map((key) => byUser.get(key) ?? []);
  });
}

/**
 * Adds an active member of the org to a workspace.
 * @throws NotFound
 * @throws Forbidden also for a role above the caller's own
 * @throws Invalid where the user is no active member of the org
 * @throws Conflict where they are a member of the workspace already, or it is archived
 */
export async function addWorkspaceMember(
  ctx: Context,
  place: WorkspacePlace,
  { userId, role }: AddWorkspaceMemberInput,
  selection: Selection,
): Promise<RowOf<WorkspaceMember>> {
  const { key: callerKey } = actorOf(ctx);
  return change(ctx, async ({ tx, record }) => {
    const { workspace, role: own } = await enterWorkspace(ctx, tx, place, 'workspace_members:add');
    requireNotAbove(own, role, 'workspace_members:add');
    const userKey = await requireOrgMember(tx, workspace.orgKey, userId, ['input', 'userId']);
    await insertMember(tx, workspace, userKey, role, callerKey);
    const after = await readBack(tx, workspace.key, userId, selection);
    await recordMember(record, 'add', orgOf(workspace), undefined, after);
    return after;
  });
}

/**
 * Gives a member another role.
 * @throws NotFound
 * @throws Forbidden also where the member stands above the caller, or would
 * @throws Conflict where the workspace would be left with no owner, or is archived, or a base version is given and the member is at another
 */
export async function changeWorkspaceMemberRole(
  ctx: Context,
  place: WorkspacePlace,
  userId: string,
  { role, baseVersion }: ChangeWorkspaceMemberRoleInput,
  selection: Selection,
): Promise<RowOf<WorkspaceMember>> {
  return change(ctx, async ({ tx, record }) => {
    const { workspace, role: own } = await enterWorkspace(ctx, tx, place, 'workspace_members:update');
    const before = await requireMember(tx, workspace.key, userId);
    requireNotAbove(own, before.role, 'workspace_members:update');
    requireNotAbove(own, role, 'workspace_members:update');
    requireVersion(ctx, 'workspace_member', before.version, baseVersion);
    if (role !== 'owner') await requireAnotherOwner(tx, workspace.key, before);
    await writeRole(tx, workspace.key, before.key, role);
    const after = await readBack(tx, workspace.key, userId, selection);
    await recordMember(record, 'update', orgOf(workspace), before, after);
    return after;
  });
}

/**
 * Takes a member out of a workspace; whoever is in it may take themselves out.
 * @throws NotFound
 * @throws Forbidden also where the member stands above the caller
 * @throws Conflict where the workspace would be left with no owner, or is archived
 */
export async function removeWorkspaceMember(ctx: Context, place: WorkspacePlace, userId: string): Promise<string> {
  const isLeaving = actorOf(ctx).id === userId;
  return change(ctx, async ({ tx, record }) => {
    // To leave needs no more than to be there.
    const action = isLeaving ? 'workspace_members:list' : 'workspace_members:remove';
    const { workspace, role: own } = await enterWorkspace(ctx, tx, place, action);
    const before = await requireMember(tx, workspace.key, userId);
    if (!isLeaving) requireNotAbove(own, before.role, 'workspace_members:remove');
    requireVersion(ctx, 'workspace_member', before.version);
    await requireAnotherOwner(tx, workspace.key, before);
    await deleteMember(tx, workspace.key, before.key);
    await recordMember(record, 'remove', orgOf(workspace), before, undefined);
    return userId;
  });
}

type Member = RowOf<WorkspaceMember> & Pick<WorkspaceMember, 'role'>;

/** @throws NotFound */
async function requireMember(tx: Tx, workspaceKey: string, userId: string): Promise<Member> {
  const member = await selectMember(tx, workspaceKey, userId);
  if (!member?.role) throw new NotFound('workspace_member', userId);
  return { ...member, role: member.role };
}

/**
 * A workspace keeps at least one owner (contract: "Roles"), and one who can act: who was suspended in the org or in the platform does
 * not count. The workspace is locked, so that of two owners who go at once one is refused.
 * @throws Conflict
 */
async function requireAnotherOwner(tx: Tx, workspaceKey: string, leaving: Member): Promise<void> {
  if (leaving.role !== 'owner') return;
  const { rows } = await sql`select from workspace_members wm join users u on u.id = wm.user_id
    join org_memberships m on m.org_id = wm.org_id and m.user_id = wm.user_id
    where wm.workspace_id = ${workspaceKey} and wm.role = 'owner' and wm.user_id <> ${leaving.key}
      and m.status = 'active' and u.status = 'active' and u.deleted_at is null limit 1`.execute(tx);
  if (rows.length === 0) throw new Conflict('A workspace keeps at least one owner: make another member an owner first.');
}
