import { sql } from 'kysely';
import type { Shape } from '../db/shape.js';
import { orgShape } from '../orgs/orgs.shape.js';

/** Reads a workspace from `workspaceTables`, with its org where it is asked for. The ids are always read: rules decide by them. */
export const workspaceShape: Shape = {
  key: sql`w.id`,
  always: ['id', 'orgId'],
  columns: {
    id: sql`w.public_id`,
    orgId: sql`o.public_id`,
    name: sql`w.name`,
    slug: sql`w.slug`,
    description: sql`w.description`,
    memberCount: sql`(select count(*)::int from workspace_members c join users cu on cu.id = c.user_id and cu.deleted_at is null
      where c.workspace_id = w.id)`,
    archivedAt: sql`w.archived_at`,
    version: sql`w.version`,
    createdAt: sql`w.created_at`,
    updatedAt: sql`w.updated_at`,
  },
  joined: { org: orgShape },
};

export const workspaceTables = sql`workspaces w join orgs o on o.id = w.org_id`;
