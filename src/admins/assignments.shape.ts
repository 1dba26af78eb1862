import { sql } from 'kysely';
import type { Shape } from '../db/shape.js';
import { groupShape } from '../groups/groups.shape.js';
import { userShape } from '../users/users.shape.js';

const isActive = sql<boolean>`exists (select from active_assignments c where c.assignment_id = a.id)`;

/** Whether an assignment `a` of a group `g` counts now, and why not. */
export const assignmentState = sql<string>`case when ${isActive} then 'active' when g.status <> 'active' then 'group_archived'
  when a.expires_at <= now() then 'expired' else 'suspended' end`;

/** Reads an assignment from `assignmentTables`. */
export const assignmentShape: Shape = {
  key: sql`a.id`,
  always: ['id'],
  columns: {
    id: sql`a.public_id`,
    assignedBy: sql`json_build_object('id', b.public_id, 'displayName', b.display_name)`,
    assignedAt: sql`a.assigned_at`,
    expiresAt: sql`a.expires_at`,
    isActive,
    state: assignmentState,
  },
  joined: { admin: userShape, group: groupShape },
};

/** Left joins, though each side always exists: the planner drops one of which no column is read. */
export const assignmentTables = sql`group_assignments a left join groups g on g.id = a.group_id left join users u on u.id = a.user_id
  left join users b on b.id = coalesce(a.assigned_by, a.user_id)`;
