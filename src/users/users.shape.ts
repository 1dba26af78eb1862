import { sql } from 'kysely';
import type { Shape } from '../db/shape.js';

/** Reads a user from `users u`. The id is always read: rules decide by it. */
export const userShape: Shape = {
  key: sql`u.id`,
  always: ['id'],
  columns: {
    id: sql`u.public_id`,
    email: sql`u.email`,
    username: sql`u.username`,
    displayName: sql`u.display_name`,
    fullName: sql`u.full_name`,
    avatarUrl: sql`u.avatar_url`,
    bio: sql`u.bio`,
    timezone: sql`u.timezone`,
    locale: sql`u.locale`,
    status: sql`u.status`,
    isActive: sql`(u.status = 'active')`,
    isVerified: sql`(u.email_verified_at is not null)`,
    hasPlatformAccess: sql`u.has_platform_access`,
    isGlobalAccess: sql`u.is_global_access`,
    roles: sql`u.roles`,
    preferences: sql`u.preferences`,
    settings: sql`u.settings`,
    authProvider: sql`u.auth_provider`,
    // None where the user has left it, by whichever way, or it was archived.
    defaultWorkspaceId: sql`(select w.public_id from workspaces w join workspace_members wm on wm.workspace_id = w.id and wm.user_id = u.id
      where w.id = u.default_workspace_id and w.archived_at is null)`,
    orgCount: sql`(select count(*)::int from org_memberships c where c.user_id = u.id and c.status = 'active')`,
    lastLoginAt: sql`u.last_login_at`,
    version: sql`u.version`,
    createdAt: sql`u.created_at`,
    updatedAt: sql`u.updated_at`,
  },
};
