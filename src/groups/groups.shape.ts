import { sql } from 'kysely';
import type { Shape } from '../db/shape.js';

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
    userCount: sql`(select count(*)::int from active_assignments c where c.group_id = g.id)`,
    permissionCount: sql`(select count(*)::int from group_permissions c where c.group_id = g.id)`,
    version: sql`g.version`,
    createdAt: sql`g.created_at`,
    updatedAt: sql`g.updated_at`,
  },
};
