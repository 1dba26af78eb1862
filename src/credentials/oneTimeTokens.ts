import { sql } from 'kysely';
import { hashOf, newSecret } from '../access/secrets.js';
import type { Tx } from '../audit/entry.js';
import type { Context } from '../context.js';
import { Invalid } from '../errors.js';

export type Purpose = 'email_verification' | 'password_reset';

const prefixes: Readonly<Record<Purpose, string>> = { email_verification: 'tev_', password_reset: 'tpr_' };
/** Seconds for which a token holds: a mail may lie unread for a day, a way in may not. */
const ttls: Readonly<Record<Purpose, number>> = { email_verification: 86_400, password_reset: 3_600 };

/**
 * Makes a token of a user's for the address that they have now. The one before it holds no longer.
 * @returns the token, which is kept nowhere, and when it expires
 */
export async function issueOneTimeToken(tx: Tx, userKey: string, purpose: Purpose): Promise<{ token: string; expiresAt: string }> {
  const token = newSecret(prefixes[purpose]);
  await revokeOneTimeTokens(tx, userKey, purpose);
  const { rows } = await sql<{ expiresAt: string }>`/* issue one-time token */
    insert into one_time_tokens (user_id, purpose, token_hash, email, expires_at)
    select u.id, ${purpose}, ${hashOf(token)}, u.email, now() + make_interval(secs => ${ttls[purpose]}) from users u where u.id = ${userKey}
    returning expires_at as "expiresAt"`.execute(tx);
  const [row] = rows;
  if (!row) throw new Error('A token was made for a user who is gone.');
  return { token, expiresAt: row.expiresAt };
}

/** What was not used yet can't be any more. */
export async function revokeOneTimeTokens(tx: Tx, userKey: string, purpose: Purpose): Promise<void> {
  await sql`/* revoke one-time tokens */ delete from one_time_tokens
    where user_id = ${userKey} and purpose = ${purpose} and used_at is null`.execute(tx);
}

/** Whose token it is. */
export interface TokenOwner {
  readonly tokenKey: string;
  readonly userKey: string;
  readonly userId: string;
  readonly displayName: string;
  readonly email: string;
  readonly username: string;
}

/** The owner of a token that can be used: the address is still theirs, and they may sign in. @throws Invalid naming `token` */
export async function ownerOfToken({ db }: Pick<Context, 'db'>, token: string, purpose: Purpose): Promise<TokenOwner> {
  const { rows } =
    await sql<TokenOwner>`/* owner of one-time token */ select t.id as "tokenKey", u.id as "userKey", u.public_id as "userId",
      u.display_name as "displayName", u.email, u.username
    from one_time_tokens t join users u on u.id = t.user_id
    where t.token_hash = ${hashOf(token)} and t.purpose = ${purpose} and t.used_at is null and t.expires_at > now()
      and lower(u.email) = lower(t.email) and u.status = 'active' and u.deleted_at is null
      and not exists (select from session_blocklist b where b.user_id = u.id)`.execute(db);
  const [owner] = rows;
  if (!owner) throw spent();
  return owner;
}

/** Uses a token: of two at once, one does. The user's row is locked, so that the address can't change meanwhile. @throws Invalid naming `token` */
export async function useToken(tx: Tx, owner: TokenOwner): Promise<void> {
  const { rows } = await sql`/* use one-time token */ with u as materialized (select id, email from users where id = ${owner.userKey}
      and deleted_at is null for update)
    update one_time_tokens t set used_at = now() from u
    where t.id = ${owner.tokenKey} and t.used_at is null and t.expires_at > now() and lower(u.email) = lower(t.email)
    returning t.id`.execute(tx);
  if (rows.length === 0) throw spent();
}

function spent(): Invalid {
  return Invalid.field(
    ['input', 'token'],
    'The token does not hold: it was used, has expired, or never was. Ask for another one.',
    'value_error',
  );
}
