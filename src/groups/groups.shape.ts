import { sql } from 'kysely';
import type { Shape } from '../db/shape.js';

/** An assignment `a` of a group `g` that gives its permissions now. The same conditions as in access/findActor.ts. */
export const isActiveAssignment = sql<boolean>`(a.suspended_at is null and (a.expires_at is null or a.expires_at > now()) and g.status = 'active')`;

/** Reads a group from `groups g`. */
export const groupShape: Shape = {
  key: sql`g.id`,
  always: ['id'],
  columns: {
    id: sql`g.public_id`,
    name: sql`g.name`,
    description: sql`g.description`,
    isSystem: sql`g.is_system`,
    status: sql`g.status`,
    userCount: sql`(select count(*)::int from group_assignments a where a.group_id = g.id and ${isActiveAssignment})`,
    permissionCount: sql`(select count(*)::int from group_permissions c where c.group_id = g.id)`,
    version: sql`g.version`,
    createdAt: sql`g.created_at`,
    updatedAt: sql`g.updated_at`,
  },
};
