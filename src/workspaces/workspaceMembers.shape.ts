import { sql } from 'kysely';
import type { Shape } from '../db/shape.js';
import { userShape } from '../users/users.shape.js';
import { workspaceShape } from './workspaces.shape.js';

/** Reads a member from `workspaceMemberTables`, with the workspace and the user where they are asked for. */
export const workspaceMemberShape: Shape = {
  key: sql`wm.user_id`,
  always: ['workspaceId', 'orgId'],
  columns: {
    workspaceId: sql`w.public_id`,
    orgId: sql`o.public_id`,
    userId: sql`u.public_id`,
    role: sql`wm.role`,
    username: sql`u.username`,
    email: sql`u.email`,
    displayName: sql`u.display_name`,
    fullName: sql`u.full_name`,
    avatarUrl: sql`u.avatar_url`,
    addedBy: sql`(select a.public_id from users a where a.id = wm.added_by)`,
    version: sql`wm.version`,
    createdAt: sql`wm.created_at`,
    updatedAt: sql`wm.updated_at`,
  },
  joined: { workspace: workspaceShape, user: userShape },
};

export const workspaceMemberTables = sql`workspace_members wm join workspaces w on w.id = wm.workspace_id join orgs o on o.id = w.org_id
  join users u on u.id = wm.user_id`;
