import { sql } from 'kysely';
import type { Context } from '../context.js';
import { type ChildList, readChildPages } from '../db/childPages.js';
import type { Page, PageArgs } from '../db/page.js';
import type { RowOf, Shape } from '../db/shape.js';
import { batched } from '../graphql/batch.js';
import { type ConnectionSelection, keyOf } from '../graphql/selection.js';
import type { Workspace } from './workspaces.types.js';

const workspaceShape: Shape = {
  key: sql`w.id`,
  always: ['id'],
  columns: {
    id: sql`w.public_id`,
    orgId: sql`(select o.public_id from orgs o where o.id = w.org_id)`,
    name: sql`w.name`,
    slug: sql`w.slug`,
    description: sql`w.description`,
    memberCount: sql`(select count(*)::int from workspace_members c where c.workspace_id = w.id)`,
    archivedAt: sql`w.archived_at`,
    version: sql`w.version`,
    createdAt: sql`w.created_at`,
    updatedAt: sql`w.updated_at`,
  },
};

const workspaces: ChildList = {
  name: 'org workspaces',
  shape: workspaceShape,
  from: sql`workspaces w`,
  id: sql`w.public_id`,
  parent: sql`w.org_id`,
  where: [sql`w.archived_at is null`],
  order: { name: 'name_asc', expression: sql`lower(w.name)`, type: 'text', direction: 'asc' },
};

/** A page of an org's workspaces that are not archived, by name; loaded together with those of other orgs. @throws Invalid */
export function workspacesOfOrg(
  ctx: Context,
  orgKey: string,
  page: PageArgs,
  selection: ConnectionSelection,
): Promise<Page<RowOf<Workspace>>> {
  const name = ['org.workspaces', page, keyOf(selection.node), selection.wantsTotal];
  return batched(ctx, name, orgKey, (keys) => readChildPages<RowOf<Workspace>>(ctx.db, workspaces, keys, page, selection));
}
