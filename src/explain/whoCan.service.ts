import { type RawBuilder, sql } from 'kysely';
import type { AdminFilter } from '../admins/admins.types.js';
import type { Context } from '../context.js';
import { type ListOrder, type Page, type PageArgs, readPage } from '../db/page.js';
import type { RowOf, Shape } from '../db/shape.js';
import { contains } from '../db/text.js';
import type { ConnectionSelection } from '../graphql/selection.js';
import { userShape } from '../users/users.shape.js';
import type { PermissionHolder } from './explain.types.js';
import { findSubject } from './findSubject.js';
import { orgAccessLevel } from './orgAccessLevel.js';

const byName: ListOrder = { name: 'display_name_asc', expression: sql`lower(u.display_name)`, type: 'text', direction: 'asc' };

/**
 * A page of the users who may do something at this moment, by name: just those whom `explainAccess` says to be allowed.
 * @param orgId of the org that they would do it to, where it needs access to one
 * @throws NotFound where there is no such org
 * @throws Invalid
 */
export async function whoCan(
  ctx: Context,
  permission: string,
  orgId: string | null | undefined,
  filter: AdminFilter | null | undefined,
  page: PageArgs,
  selection: ConnectionSelection,
): Promise<Page<RowOf<PermissionHolder>>> {
  const org = await findSubject(ctx, permission, orgId);
  const level = org ? orgAccessLevel(org.key) : sql`null`;
  const gives = sql`effective_permissions p where p.user_id = u.id and p.permission = ${permission}`;
  const where: RawBuilder<unknown>[] = [sql`exists (select from ${gives})`];
  if (org) where.push(sql`${level} <> 'none'`);
  if (filter?.search) where.push(contains(sql`u.search_text`, filter.search));
  const shape: Shape = {
    key: sql`u.id`,
    always: ['permission'],
    columns: {
      permission: sql`${permission}::text`,
      until: sql`(select case when bool_or(p.expires_at is null) then null else max(p.expires_at) end from ${gives})`,
      orgAccess: level,
    },
    joined: { user: userShape },
  };
  const list = { name: 'who can', shape, from: sql`users u`, id: sql<string>`u.public_id`, where, order: byName };
  return readPage(ctx.db, list, page, selection);
}
