import { sql } from 'kysely';
import type { Shape } from '../db/shape.js';
import { userShape } from '../users/users.shape.js';
import { orgShape } from './orgs.shape.js';

/** Reads a membership from `membershipTables`, with its org and its user where they are asked for. */
export const membershipShape: Shape = {
  key: sql`m.id`,
  columns: {
    id: sql`m.public_id`,
    status: sql`m.status`,
    roleHint: sql`m.role_hint`,
    joinedAt: sql`m.joined_at`,
    orgId: sql`o.public_id`,
    orgName: sql`o.name`,
    orgSlug: sql`o.slug`,
    userId: sql`u.public_id`,
    email: sql`u.email`,
    displayName: sql`u.display_name`,
    userStatus: sql`u.status`,
  },
  joined: { org: orgShape, user: userShape },
};

/** Left joins, though both sides always exist: the planner drops one of which no column is read. */
export const membershipTables = sql`org_memberships m left join orgs o on o.id = m.org_id left join users u on u.id = m.user_id`;
