import { sql } from 'kysely';
import { changeAccess } from '../access/changeAccess.js';
import type { Tx } from '../audit/entry.js';
import { requireVersion } from '../conditions/requireVersion.js';
import { actorOf, type Context } from '../context.js';
import { Forbidden, Invalid } from '../errors.js';
import { leaveWorkspaces } from '../workspaces/leaveWorkspaces.js';
import { relationNow } from './relation.js';
import { lockUser, userResource } from './selectUser.js';

/**
 * Deletes a user softly: they are in no list, can't sign in, and hold nothing; sessions, API keys and impersonations end with the next
 * request; the email and the username are free. What they alone own passes on. The row stays, for the trail's sake.
 * @returns the public id
 * @throws NotFound also where they were deleted already
 * @throws Forbidden where an org's admin would delete a user of another org
 * @throws Lockout where nobody would remain who can let anybody in again
 * @throws Invalid for oneself
 */
export async function deleteUser(ctx: Context, id: string): Promise<string> {
  const actor = actorOf(ctx);
  if (actor.id === id) throw Invalid.field(['id'], 'Nobody deletes themselves: another admin does it.', 'value_error');
  return changeAccess(ctx, async (work) => {
    const { tx, record } = work;
    const before = await lockUser(tx, id);
    requireVersion(ctx, 'user', before.version);
    await requireMayDelete(ctx, tx, before.key);
    await leaveWorkspaces(work, { key: before.key, id });
    for (const statement of endings(before.key)) await statement.execute(tx);
    await ctx.authProvider.tell(tx, before.key, { type: 'user.blocked' });
    await record({ action: 'user.delete', resource: userResource(before), before });
    return id;
  });
}

/** What the rule decided on, decided again under the lock: the user may have joined another org since. @throws Forbidden */
async function requireMayDelete(ctx: Context, tx: Tx, userKey: string): Promise<void> {
  if (actorOf(ctx).permissions.has('platform.users.delete') || ctx.enforcement !== 'enabled') return;
  if (!(await relationNow(ctx, tx, userKey)).isWhollyAdministered) throw new Forbidden('platform.users.delete');
}

function endings(key: string) {
  return [
    sql`update org_memberships set status = 'removed', suspended_by = null, version = version + 1, updated_at = now()
      where user_id = ${key} and status <> 'removed'`,
    sql`delete from group_assignments where user_id = ${key}`,
    sql`delete from org_access where user_id = ${key}`,
    sql`update sessions set ended_at = now(), end_reason = 'deletion' where user_id = ${key} and ended_at is null`,
    sql`update api_keys set revoked_at = now() where user_id = ${key} and revoked_at is null`,
    sql`update impersonation_sessions set ended_at = now(), end_reason = 'deletion'
      where (admin_user_id = ${key} or target_user_id = ${key}) and ended_at is null`,
    // The unique indexes of emails and usernames leave deleted users out, so that both names are free.
    sql`update users set deleted_at = now(), has_platform_access = false, is_global_access = false, default_workspace_id = null,
      password_hash = null, version = version + 1, updated_at = now() where id = ${key}`,
  ];
}
