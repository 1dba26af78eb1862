import { sql } from 'kysely';
import { changeAccess } from '../access/changeAccess.js';
import type { AuthProviderEvent } from '../authProvider/authProvider.js';
import { requireVersion } from '../conditions/requireVersion.js';
import type { Context } from '../context.js';
import type { RowOf } from '../db/shape.js';
import { Invalid } from '../errors.js';
import type { Selection } from '../graphql/selection.js';
import { lockUser, readUser, userResource } from './selectUser.js';
import type { User } from './users.types.js';

/** One act of the lifecycle: what must not be so yet, and what is done. */
interface Act {
  readonly action: string;
  readonly isDone: (user: RowOf<User>) => boolean;
  readonly doneAlready: string;
  readonly statements: (key: string) => ReturnType<typeof sql>[];
  /** What the auth provider is told. */
  readonly event: AuthProviderEvent;
}

const deactivation: Act = {
  action: 'user.deactivate',
  event: { type: 'user.blocked' },
  isDone: (user) => user.status === 'deactivated',
  doneAlready: 'The user is deactivated already.',
  statements: (key) => [
    sql`update users set deactivated_from = status, status = 'deactivated', deactivated_at = now(), version = version + 1, updated_at = now()
      where id = ${key}`,
    sql`update org_memberships set status = 'suspended', suspended_by = 'deactivation', version = version + 1, updated_at = now()
      where user_id = ${key} and status = 'active'`,
    sql`update group_assignments set suspended_at = now() where user_id = ${key} and suspended_at is null`,
    sql`insert into session_blocklist (user_id, reason) values (${key}, 'deactivated') on conflict do nothing`,
    sql`update sessions set ended_at = now(), end_reason = 'deactivation' where user_id = ${key} and ended_at is null`,
    sql`update impersonation_sessions set ended_at = now(), end_reason = 'deactivation'
      where (admin_user_id = ${key} or target_user_id = ${key}) and ended_at is null`,
  ],
};

const reactivation: Act = {
  action: 'user.reactivate',
  event: { type: 'user.unblocked' },
  isDone: (user) => user.status !== 'deactivated',
  doneAlready: 'The user is not deactivated.',
  statements: (key) => [
    sql`update users set status = deactivated_from, deactivated_from = null, deactivated_at = null, version = version + 1, updated_at = now()
      where id = ${key}`,
    // What was suspended by hand before stays suspended.
    sql`update org_memberships set status = 'active', suspended_by = null, version = version + 1, updated_at = now()
      where user_id = ${key} and suspended_by = 'deactivation'`,
    sql`update group_assignments set suspended_at = null where user_id = ${key}`,
    sql`delete from session_blocklist where user_id = ${key} and reason = 'deactivated'`,
  ],
};

async function perform(ctx: Context, id: string, act: Act, selection: Selection): Promise<RowOf<User>> {
  return changeAccess(ctx, async ({ tx, record }) => {
    const before = await lockUser(tx, id, selection);
    requireVersion(ctx, 'user', before.version);
    if (act.isDone(before)) throw Invalid.field(['id'], act.doneAlready, 'value_error');
    for (const statement of act.statements(before.key)) await statement.execute(tx);
    await ctx.authProvider.tell(tx, before.key, act.event);
    const after = await readUser(tx, id, selection);
    await record({ action: act.action, resource: userResource(before), before, after });
    return after;
  });
}

/**
 * Closes the platform to a user, from the next request on: their memberships and assignments are suspended, their sessions
 * ended, their tokens and keys refused, and the auth provider told to block them (contract: "Users").
 * @throws NotFound
 * @throws Invalid where they are deactivated already
 * @throws Lockout where nobody would remain for good
 */
export function deactivateUser(ctx: Context, id: string, selection: Selection): Promise<RowOf<User>> {
  return perform(ctx, id, deactivation, selection);
}

/**
 * Undoes exactly what deactivating did. Sessions stay ended: the user signs in anew.
 * @throws NotFound
 * @throws Invalid where they are not deactivated
 */
export function reactivateUser(ctx: Context, id: string, selection: Selection): Promise<RowOf<User>> {
  return perform(ctx, id, reactivation, selection);
}
