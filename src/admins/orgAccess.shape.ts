import { sql } from 'kysely';
import type { Shape } from '../db/shape.js';
import { userShape } from '../users/users.shape.js';

/** Reads a grant of access to an org from `orgAccessTables`. */
export const orgAccessShape: Shape = {
  key: sql`x.id`,
  always: ['id'],
  columns: {
    id: sql`x.public_id`,
    org: sql`json_build_object('id', o.public_id, 'name', o.name)`,
    grantedBy: sql`json_build_object('id', b.public_id, 'displayName', b.display_name)`,
    grantedAt: sql`x.granted_at`,
    note: sql`x.note`,
  },
  joined: { admin: userShape },
};

/** Left joins, though each side always exists: the planner drops one of which no column is read. */
export const orgAccessTables = sql`org_access x left join orgs o on o.id = x.org_id left join users u on u.id = x.user_id
  left join users b on b.id = coalesce(x.granted_by, x.user_id)`;
