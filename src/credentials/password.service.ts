import { type RawBuilder, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { countAttempt, forgiveAttempt, limits, networkOf, requireAttempt } from '../access/attempts.js';
import { hashPassword, verifyPassword } from '../access/passwords.js';
import { change } from '../audit/change.js';
import type { Tx } from '../audit/entry.js';
import { actorOf, type Context } from '../context.js';
import { Conflict, Invalid } from '../errors.js';
import { checkPassword } from '../users/passwordRule.js';
import type { ChangePasswordInput, ResetPasswordInput } from './credentials.types.js';
import { ownerOfToken, revokeOneTimeTokens, useToken } from './oneTimeTokens.js';

/**
 * Changes the caller's own password, and ends every other session of theirs.
 * @returns how many sessions ended
 * @throws Invalid where the current password is another one, or the new one breaks the rule
 * @throws TooManyRequests after too many wrong passwords
 * @throws Unavailable where too many passwords are being checked
 */
export async function changePassword(ctx: Context, { currentPassword, newPassword }: ChangePasswordInput): Promise<number> {
  const actor = actorOf(ctx);
  await requireAttempt(ctx.db, limits.passwordsOfAccount, actor.email);
  const user = await ctx.db.selectFrom('users').select(['password_hash', 'username']).where('id', '=', actor.key).executeTakeFirstOrThrow();
  if (!(await verifyPassword(user.password_hash, currentPassword))) {
    throw Invalid.field(['input', 'currentPassword'], 'This is not the current password.', 'value_error');
  }
  await forgiveAttempt(ctx.db, limits.passwordsOfAccount, actor.email);
  checkPassword(['input', 'newPassword'], newPassword, [actor.email, user.username]);
  const newHash = await hashPassword(newPassword);
  const kept = actor.credential.kind === 'session' ? actor.credential.sessionId : null;
  return change(ctx, async ({ tx, record }) => {
    const replaced = await setPassword(tx, actor.key, newHash, sql`u.password_hash = ${user.password_hash}`);
    if (!replaced) throw new Conflict('The password was changed meanwhile.');
    const ended = await endSessions(tx, actor.key, kept);
    await record({ action: 'user.change_password', resource: { type: 'user', id: actor.id, displayId: actor.email } });
    return ended;
  });
}

/**
 * Sets a password anew, by a token that was sent to the user's email; which shows that the email is theirs. Every session ends.
 * @returns how many sessions ended
 * @throws Invalid where the token does not hold, or the password breaks the rule
 * @throws TooManyRequests
 */
export async function resetPassword(ctx: Context, { token, newPassword }: ResetPasswordInput): Promise<number> {
  await requireAttempt(ctx.db, limits.tokensFromAddress, networkOf(ctx.origin.ipAddress));
  const owner = await ownerOfToken(ctx, token, 'password_reset');
  checkPassword(['input', 'newPassword'], newPassword, [owner.email, owner.username]);
  const newHash = await hashPassword(newPassword);
  const actor = { id: owner.userId, displayName: owner.displayName, credential: { kind: 'token' as const } };
  return change({ db: ctx.db, origin: ctx.origin, actor }, async ({ tx, record }) => {
    await useToken(tx, owner);
    await setPassword(tx, owner.userKey, newHash);
    await sql`update users set email_verified_at = coalesce(email_verified_at, now()) where id = ${owner.userKey}`.execute(tx);
    const ended = await endSessions(tx, owner.userKey, null);
    await record({ action: 'user.reset_password', resource: { type: 'user', id: owner.userId, displayId: owner.email } });
    return ended;
  });
}

/** @returns whether the user was as the condition says */
async function setPassword(tx: Tx, userKey: string, hash: string, condition: RawBuilder<unknown> = sql`true`): Promise<boolean> {
  const { rows } = await sql`/* set password */ update users u set password_hash = ${hash}, version = version + 1, updated_at = now()
    where u.id = ${userKey} and ${condition} returning u.id`.execute(tx);
  return rows.length > 0;
}

/** What signing in with the old password gave: sessions but the kept one, acting as others, and ways to set it anew. */
async function endSessions(tx: Tx, userKey: string, keptId: string | null): Promise<number> {
  const { numAffectedRows = 0n } = await sql`/* end sessions */ update sessions set ended_at = now(), end_reason = 'password_change'
    where user_id = ${userKey} and ended_at is null and public_id is distinct from ${keptId}::uuid`.execute(tx);
  await sql`/* end impersonations */ update impersonation_sessions set ended_at = now(), end_reason = 'password_change'
    where admin_user_id = ${userKey} and ended_at is null`.execute(tx);
  await revokeOneTimeTokens(tx, userKey, 'password_reset');
  return Number(numAffectedRows);
}

/**
 * Takes the request to set a password anew. Whether anyone has the email a worker finds out, so that neither the answer nor its time says so.
 * @throws TooManyRequests where too much was asked from one address
 */
export async function requestPasswordReset(ctx: Context, email: string): Promise<void> {
  const { ipAddress, traceId } = ctx.origin;
  await requireAttempt(ctx.db, limits.resetsFromAddress, networkOf(ipAddress));
  // Beyond the limit of the account nothing is sent; to say so would let anyone see that someone else asked.
  const isTooOften = (await countAttempt(ctx.db, limits.resetsOfAccount, email)) > 0;
  const id = uuidv7();
  await change(ctx, async ({ tx, record }) => {
    if (!isTooOften) {
      await tx.insertInto('password_reset_requests').values({ public_id: id, email, ip_address: ipAddress, trace_id: traceId }).execute();
    }
    const resource = { type: 'password_reset', id, displayId: email };
    await record({ action: 'password_reset.request', resource, outcome: isTooOften ? 'denied' : 'success' });
    return null;
  });
}
