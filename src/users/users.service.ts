import { type RawBuilder, sql } from 'kysely';
import { standingIn } from '../access/workspaceStanding.js';
import type { Context } from '../context.js';
import { type ListOrder, type Page, type PageArgs, readPage } from '../db/page.js';
import { readById } from '../db/readById.js';
import type { RowOf } from '../db/shape.js';
import { searchIn } from '../db/text.js';
import { NotFound } from '../errors.js';
import type { ConnectionSelection, Selection } from '../graphql/selection.js';
import { findableUser, selectUser } from './selectUser.js';
import { userShape } from './users.shape.js';
import type { User, UserFilter, UserOrder } from './users.types.js';

const orders: Readonly<Record<UserOrder['field'], Pick<ListOrder, 'expression' | 'type'>>> = {
  display_name: { expression: sql`lower(u.display_name)`, type: 'text' },
  email: { expression: sql`lower(u.email)`, type: 'text' },
  created_at: { expression: sql`u.created_at`, type: 'timestamptz' },
  last_login_at: { expression: sql`coalesce(u.last_login_at, '-infinity')`, type: 'timestamptz' },
};

/** A page of all users that match; deleted ones are in no list. @throws NotFound naming the workspace of the filter @throws Invalid */
export async function listUsers(
  ctx: Context,
  filter: UserFilter | null | undefined,
  orderBy: UserOrder | null | undefined,
  page: PageArgs,
  selection: ConnectionSelection,
): Promise<Page<RowOf<User>>> {
  const { field, direction } = orderBy ?? { field: 'display_name', direction: 'asc' };
  const where: RawBuilder<unknown>[] = [sql`u.deleted_at is null`];
  if (filter?.status) where.push(sql`u.status = ${filter.status}`);
  if (typeof filter?.hasPlatformAccess === 'boolean') where.push(sql`u.has_platform_access = ${filter.hasPlatformAccess}`);
  if (filter?.workspaceId) where.push(await isInWorkspace(ctx, filter.workspaceId));
  const order: ListOrder = { name: `${field}_${direction}`, direction, ...orders[field] };
  const search = searchIn(sql`u.search_text`, filter?.search);
  const list = { name: 'users', shape: userShape, from: sql`users u`, id: sql<string>`u.public_id`, where, search, order };
  return readPage(ctx.reads, list, page, selection);
}

/** The user is a member of the workspace, and an active one of its org. @throws NotFound where there is no such workspace */
async function isInWorkspace(ctx: Context, workspaceId: string): Promise<RawBuilder<unknown>> {
  const workspace = await standingIn(ctx, workspaceId);
  if (!workspace) throw new NotFound('workspace', workspaceId);
  return sql`u.id in (select p.user_id from workspace_members p
    join org_memberships m on m.org_id = p.org_id and m.user_id = p.user_id and m.status = 'active' where p.workspace_id = ${workspace.key})`;
}

/**
 * One user; of a workspace, where one is named.
 * @throws NotFound also where the user was deleted, or is not in the workspace
 */
export async function findUser(ctx: Context, id: string, selection: Selection, workspaceId?: string | null): Promise<RowOf<User>> {
  const user = workspaceId
    ? await selectUser(ctx.db, id, selection, { where: await isInWorkspace(ctx, workspaceId) })
    : await readById<RowOf<User>>(ctx.reads, findableUser, id, selection);
  if (!user) throw new NotFound('user', id);
  return user;
}
