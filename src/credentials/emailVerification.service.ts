import { sql } from 'kysely';
import { limits, networkOf, requireAttempt } from '../access/attempts.js';
import { change } from '../audit/change.js';
import type { Tx } from '../audit/entry.js';
import { actorOf, type Context } from '../context.js';
import { Conflict } from '../errors.js';
import { issueOneTimeToken, ownerOfToken, useToken } from './oneTimeTokens.js';

/** Has a token sent to the address that the user has now, in the transaction that gave it to them. */
export async function tellVerification({ authProvider }: Pick<Context, 'authProvider'>, tx: Tx, userKey: string): Promise<void> {
  const token = await issueOneTimeToken(tx, userKey, 'email_verification');
  await authProvider.tell(tx, userKey, { type: 'email.verification_requested', ...token });
}

/**
 * Has another token sent to the caller's email.
 * @throws Conflict where the email is verified
 * @throws TooManyRequests
 */
export async function requestEmailVerification(ctx: Context): Promise<void> {
  const actor = actorOf(ctx);
  await requireAttempt(ctx.db, limits.verificationsOfAccount, actor.id);
  await change(ctx, async ({ tx, record }) => {
    const { email_verified_at: verifiedAt } = await tx
      .selectFrom('users')
      .select('email_verified_at')
      .where('id', '=', actor.key)
      .forUpdate()
      .executeTakeFirstOrThrow();
    if (verifiedAt !== null) throw new Conflict('The email is verified already.', { field: 'email' });
    await tellVerification(ctx, tx, actor.key);
    await record({ action: 'user.request_email_verification', resource: { type: 'user', id: actor.id, displayId: actor.email } });
    return null;
  });
}

/**
 * Verifies the email that a token was sent to, where it is still the user's.
 * @returns the email
 * @throws Invalid where the token does not hold
 * @throws TooManyRequests
 */
export async function verifyEmail(ctx: Context, token: string): Promise<string> {
  await requireAttempt(ctx.db, limits.tokensFromAddress, networkOf(ctx.origin.ipAddress));
  const owner = await ownerOfToken(ctx, token, 'email_verification');
  const actor = { id: owner.userId, displayName: owner.displayName, credential: { kind: 'token' as const } };
  return change({ db: ctx.db, origin: ctx.origin, actor }, async ({ tx, record }) => {
    await useToken(tx, owner);
    await sql`/* verify email */ update users set email_verified_at = now(), version = version + 1, updated_at = now()
      where id = ${owner.userKey}`.execute(tx);
    await record({ action: 'user.verify_email', resource: { type: 'user', id: owner.userId, displayId: owner.email } });
    return owner.email;
  });
}
