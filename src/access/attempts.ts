import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../db/types.generated.js';
import { TooManyRequests } from '../errors.js';

/** How often something may be tried in a window of time. */
export interface AttemptLimit {
  /** Names what is counted, so that two limits do not share a count. */
  readonly name: string;
  readonly most: number;
  /** Seconds. */
  readonly window: number;
}

const quarterHour = 900;
const hour = 3_600;

/** Wrong passwords for one account, and from one address; and what an address may ask for without a credential. */
export const limits = {
  passwordsOfAccount: { name: 'password', most: 10, window: quarterHour },
  passwordsFromAddress: { name: 'password from', most: 100, window: quarterHour },
  resetsOfAccount: { name: 'reset', most: 5, window: hour },
  resetsFromAddress: { name: 'reset from', most: 50, window: hour },
  tokensFromAddress: { name: 'token from', most: 50, window: quarterHour },
  verificationsOfAccount: { name: 'verification', most: 5, window: hour },
} as const satisfies Readonly<Record<string, AttemptLimit>>;

function subjectOf(limit: AttemptLimit, whom: string): Buffer {
  return createHash('sha256').update(`${limit.name} ${whom.toLowerCase()}`).digest();
}

/**
 * Counts one attempt, over all gateways. A window begins with its first attempt.
 * @param whom an email, an id, or an address
 * @returns seconds until another attempt is allowed; 0 where this one is
 */
export async function countAttempt(db: Kysely<DB>, limit: AttemptLimit, whom: string): Promise<number> {
  const { rows } = await sql<{ count: number; seconds: number }>`/* count attempt */ insert into attempts as a (subject, count, resets_at)
    values (${subjectOf(limit, whom)}, 1, now() + make_interval(secs => ${limit.window}))
    on conflict (subject) do update set
      count = case when a.resets_at <= now() then 1 else a.count + 1 end,
      resets_at = case when a.resets_at <= now() then excluded.resets_at else a.resets_at end
    returning count, greatest(1, ceil(extract(epoch from resets_at - now())))::int as seconds`.execute(db);
  const [row] = rows;
  return row && row.count > limit.most ? row.seconds : 0;
}

/** Counts one attempt. @throws TooManyRequests where it is one too many */
export async function requireAttempt(db: Kysely<DB>, limit: AttemptLimit, whom: string | null): Promise<void> {
  if (whom === null) return;
  const seconds = await countAttempt(db, limit, whom);
  if (seconds > 0) throw new TooManyRequests(seconds);
}

/** Takes one attempt back: it was none that should count. */
export async function forgiveAttempt(db: Kysely<DB>, limit: AttemptLimit, whom: string | null): Promise<void> {
  if (whom === null) return;
  await sql`/* forgive attempt */ update attempts set count = count - 1 where subject = ${subjectOf(limit, whom)} and count > 0`.execute(
    db,
  );
}

/** The part of an address that one customer of a network has: the whole of an IPv4 address, the first 64 bits of an IPv6 one (RFC 6177). */
export function networkOf(address: string | null): string | null {
  if (address === null || !address.includes(':') || address.includes('.')) return address;
  const [head = '', tail] = address.split('::', 2);
  const groups = head === '' ? [] : head.split(':');
  const after = tail ? tail.split(':') : [];
  const zeros = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - groups.length - after.length) }, () => '0');
  return [...groups, ...zeros, ...after].slice(0, 4).join(':');
}
