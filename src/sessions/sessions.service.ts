import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { issueAccessToken } from '../access/accessTokens.js';
import { forgiveAttempt, limits, networkOf, requireAttempt } from '../access/attempts.js';
import { verifyPassword } from '../access/passwords.js';
import { hashOf, newSecret, refreshTokenPrefix } from '../access/secrets.js';
import { change } from '../audit/change.js';
import type { AuditEntryInput, Tx } from '../audit/entry.js';
import type { AuthorColumns } from '../audit/record.js';
import { recordRepeatable } from '../audit/repeats/repeats.js';
import { actorOf, type Context } from '../context.js';
import { Conflict, Unauthenticated } from '../errors.js';
import type { Selection } from '../graphql/selection.js';
import { findUser } from '../users/users.service.js';
import type { LoginInput, SessionPayload } from './sessions.types.js';

const wrong = 'The email or the password is wrong.';
/** The same for one that was used, has expired or never was. */
const refused = 'This refresh token is not good, or not any more: sign in again.';

interface Account {
  readonly key: string;
  readonly id: string;
  readonly displayName: string;
}

/** An account with the password that was found right. */
interface CheckedAccount extends Account {
  readonly password_hash: string | null;
}

interface Pair {
  readonly account: Account;
  readonly sessionId: string;
  readonly refreshToken: string;
  /** Seconds since 1970, by the database's clock. */
  readonly issuedAt: number;
}

/**
 * Signs a user in. The answer, and the time it takes, are the same for an unknown email, a wrong password and a user who
 * may not sign in. Failures are counted by email and by address, whoever they are for.
 * @throws Unauthenticated
 * @throws TooManyRequests
 * @throws Unavailable where too many passwords are being checked
 */
export async function login(ctx: Context, { email, password }: LoginInput, selection: Selection): Promise<SessionPayload> {
  const network = networkOf(ctx.origin.ipAddress);
  await requireAttempt(ctx.db, limits.passwordsFromAddress, network);
  await requireAttempt(ctx.db, limits.passwordsOfAccount, email);
  const account = await ctx.db
    .selectFrom('users as u')
    .select(['u.id as key', 'u.public_id as id', 'u.display_name as displayName', 'u.password_hash', 'u.status'])
    .select(sql<boolean>`exists (select from session_blocklist b where b.user_id = u.id)`.as('isBlocked'))
    .where(sql`lower(u.email)`, '=', email.toLowerCase())
    .where('u.deleted_at', 'is', null)
    .executeTakeFirst();
  const isRight = await verifyPassword(account?.password_hash, password);
  const isIn = isRight && account?.status === 'active' && !account.isBlocked;
  if (isIn) {
    // Only what fails counts.
    await forgiveAttempt(ctx.db, limits.passwordsFromAddress, network);
    await forgiveAttempt(ctx.db, limits.passwordsOfAccount, email);
  }
  const started = isIn ? await startSession(ctx, account) : undefined;
  if (!started) {
    await recordFailedLogin(ctx, email, account);
    throw new Unauthenticated(wrong);
  }
  return payloadOf(ctx, started, selection);
}

/**
 * Tells the trail of a sign-in that failed: for an account that there is, by account and address; for the others, by address alone, so that
 * made-up emails can't flood the log. The refusal stands whether or not it could be recorded.
 */
async function recordFailedLogin(ctx: Context, email: string, account: Account | undefined): Promise<void> {
  const resource = account
    ? { type: 'user', id: account.id, displayId: account.displayName }
    : { type: 'user', id: 'unknown', displayId: email };
  await recordFailure(ctx, 'session.login_failed', resource);
}

/** By the object and the address: one entry for the first time, and one for the repetitions. It never throws. */
async function recordFailure(ctx: Context, action: string, resource: AuditEntryInput['resource']): Promise<void> {
  const { ipAddress, traceId } = ctx.origin;
  const nobody: AuthorColumns = {
    actor_type: 'system',
    actor_id: 'anonymous',
    actor_display_name: 'Nobody who is known',
    ip_address: ipAddress,
    trace_id: traceId,
  };
  try {
    await recordRepeatable(ctx, nobody, { action, outcome: 'failed', resource }, [resource.id, ipAddress ?? '']);
  } catch (failure) {
    ctx.log.error({ err: failure, action, traceId }, 'a failed sign-in could not be recorded; it stays refused');
  }
}

/** @returns undefined where the user's password or standing is another one than the one that was checked: to check it takes its time */
async function startSession(ctx: Context, account: CheckedAccount): Promise<Pair | undefined> {
  const sessionId = uuidv7();
  const started = change(authoredBy(ctx, account, sessionId), async ({ tx, record }) => {
    await takeAsChecked(tx, account);
    const { key } = await tx
      .insertInto('sessions')
      .values({
        public_id: sessionId,
        user_id: account.key,
        ip_address: ctx.origin.ipAddress,
        user_agent: ctx.origin.userAgent?.slice(0, 500) ?? null,
        expires_at: afterSeconds(ctx.refreshTokenTtl),
      })
      .returning('id as key')
      .executeTakeFirstOrThrow();
    const issued = await addRefreshToken(ctx, tx, key);
    await record({ action: 'session.start', resource: { type: 'session', id: sessionId, displayId: account.displayName } });
    return { account, sessionId, ...issued };
  });
  return started.catch((error: unknown) => {
    if (error instanceof Unauthenticated) return undefined;
    throw error;
  });
}

/**
 * Locks the user, whose sessions whoever changes the password or shuts the user out then ends with this one among them.
 * @throws Unauthenticated where that was done since the password was checked
 */
async function takeAsChecked(tx: Tx, { key, password_hash: hash }: CheckedAccount): Promise<void> {
  const { rows } = await sql`/* sign in */ update users u set last_login_at = now()
    where u.id = ${key} and u.password_hash = ${hash} and u.status = 'active' and u.deleted_at is null
      and not exists (select from session_blocklist b where b.user_id = u.id) returning u.id`.execute(tx);
  if (rows.length === 0) throw new Unauthenticated(wrong);
}

/**
 * Trades a refresh token for a new pair. A token that was used before has been stolen, or answers to a thief's: the
 * session ends, with every token of its family (RFC 9700 §4.14.2). Who presents a token that is good for nothing any more, because its
 * session has ended, it has expired or its user may not sign in, is refused and told of in the trail.
 * @throws Unauthenticated
 */
export async function refreshSession(ctx: Context, refreshToken: string, selection: Selection): Promise<SessionPayload> {
  const token = await findRefreshToken(ctx, refreshToken);
  const rotated = token.isGood ? await rotate(ctx, token) : 'dead';
  if (rotated === 'dead') {
    await recordFailure(ctx, 'session.refresh_failed', { type: 'session', id: token.sessionId, displayId: token.account.displayName });
  }
  if (typeof rotated === 'string') throw new Unauthenticated(refused);
  return payloadOf(ctx, rotated, selection);
}

/** @returns the new pair; or that the session had ended; or that it was ended, because the token was used before */
function rotate(ctx: Context, token: FoundToken): Promise<Pair | 'dead' | 'reused'> {
  const rotated = change(authoredBy(ctx, token.account, token.sessionId), async ({ tx, record }): Promise<Pair | 'reused'> => {
    // The session's row is the family's lock: of two that present one token, one rotates it and one is the reuse.
    const session = await tx
      .selectFrom('sessions')
      .select(['id', 'ended_at', sql<boolean>`expires_at <= now()`.as('isExpired')])
      .where('id', '=', token.sessionKey)
      .forUpdate()
      .executeTakeFirst();
    const used = await tx
      .updateTable('refresh_tokens')
      .set({ used_at: sql`now()` })
      .where('id', '=', token.key)
      .where('used_at', 'is', null)
      .executeTakeFirst();
    const resource = { type: 'session', id: token.sessionId, displayId: token.account.displayName };
    if (!session || session.ended_at !== null || session.isExpired) throw new Unauthenticated();
    if (used.numUpdatedRows === 0n) {
      await tx.updateTable('sessions').set({ ended_at: sql`now()`, end_reason: 'reuse' }).where('id', '=', session.id).execute();
      await record({ action: 'session.end', resource, before: { endReason: null }, after: { endReason: 'reuse' } });
      return 'reused';
    }
    const next = await addRefreshToken(ctx, tx, session.id);
    await record({ action: 'session.refresh', resource });
    return { account: token.account, sessionId: token.sessionId, ...next };
  });
  // The token stays as it was: the transaction was rolled back.
  return rotated.catch((error: unknown) => {
    if (error instanceof Unauthenticated) return 'dead' as const;
    throw error;
  });
}

interface FoundToken {
  readonly key: string;
  readonly sessionKey: string;
  readonly sessionId: string;
  readonly account: Account;
  /** Whether the token, and whose it is, are such that its session may go on. */
  readonly isGood: boolean;
}

/** @throws Unauthenticated for what was never given out, or is forgotten */
async function findRefreshToken(ctx: Context, refreshToken: string): Promise<FoundToken> {
  const row = await ctx.db
    .selectFrom('refresh_tokens as t')
    .innerJoin('sessions as s', 's.id', 't.session_id')
    .innerJoin('users as u', 'u.id', 's.user_id')
    .select(['t.id as key', 's.id as sessionKey', 's.public_id as sessionId'])
    .select(['u.id as userKey', 'u.public_id as userId', 'u.display_name as displayName'])
    .where('t.token_hash', '=', hashOf(refreshToken))
    .select(
      sql<boolean>`t.expires_at > now() and u.status = 'active' and u.deleted_at is null
        and not exists (select from session_blocklist b where b.user_id = u.id)`.as('isGood'),
    )
    .executeTakeFirst();
  if (!row) throw new Unauthenticated(refused);
  const { key, sessionKey, sessionId, userKey, userId, displayName, isGood } = row;
  return { key, sessionKey, sessionId, account: { key: userKey, id: userId, displayName }, isGood };
}

/**
 * Ends the caller's session: its access tokens are refused from the next request on, its refresh token for good.
 * @throws Conflict where the caller's token belongs to no session
 */
export async function logout(ctx: Context): Promise<{ endedAt: string }> {
  const { credential, displayName } = actorOf(ctx);
  if (credential.kind !== 'session') throw new Conflict('This credential belongs to no session that could be ended.');
  const { sessionId } = credential;
  return change(ctx, async ({ tx, record }) => {
    const { endedAt } = await tx
      .updateTable('sessions')
      .set({ ended_at: sql`coalesce(ended_at, now())`, end_reason: sql`coalesce(end_reason, 'logout')` })
      .where('public_id', '=', sessionId)
      .returning(sql<string>`ended_at`.as('endedAt'))
      .executeTakeFirstOrThrow();
    const resource = { type: 'session', id: sessionId, displayId: displayName };
    await record({ action: 'session.end', resource, before: { endReason: null }, after: { endReason: 'logout' } });
    return { endedAt };
  });
}

/** The entry names who signs in, though the request came with no credential. */
function authoredBy(ctx: Context, account: Account, sessionId: string) {
  const { id, displayName } = account;
  return { db: ctx.db, origin: ctx.origin, actor: { id, displayName, credential: { kind: 'session' as const, sessionId } } };
}

function afterSeconds(seconds: number) {
  return sql<string>`now() + make_interval(secs => ${seconds})`;
}

async function addRefreshToken(ctx: Context, tx: Tx, sessionKey: string): Promise<Pick<Pair, 'refreshToken' | 'issuedAt'>> {
  const refreshToken = newSecret(refreshTokenPrefix);
  const { issuedAt } = await tx
    .insertInto('refresh_tokens')
    .values({ session_id: sessionKey, token_hash: hashOf(refreshToken), expires_at: afterSeconds(ctx.refreshTokenTtl) })
    .returning(sql<number>`extract(epoch from now())::float8`.as('issuedAt'))
    .executeTakeFirstOrThrow();
  return { refreshToken, issuedAt };
}

async function payloadOf(ctx: Context, pair: Pair, selection: Selection): Promise<SessionPayload> {
  const claims = { sub: pair.account.id, sid: pair.sessionId };
  const { token, expiresAt } = issueAccessToken(ctx.keys, claims, ctx.accessTokenTtl, pair.issuedAt);
  const user = await findUser(ctx, pair.account.id, selection);
  // The row has the fields that were asked for, which are all that can be read of it.
  return { accessToken: token, refreshToken: pair.refreshToken, expiresAt: expiresAt.toISOString(), user: user as SessionPayload['user'] };
}
