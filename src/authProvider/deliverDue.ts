import { sql } from 'kysely';
import type { DutyContext } from '../worker/duty.js';
import { expireTokens } from './expireTokens.js';
import { openToken } from './sealedToken.js';
import { sendEvent } from './sendEvent.js';
import type { Webhook } from './webhook.js';

/** Deliveries that are under way at once, each of another user. */
const atOnce = 20;
/** Seconds for which a claim holds: longer than a delivery can take, after which a process that died is taken for dead. */
const claimHolds = 30;
/** Seconds after the first failure; each further one doubles it. */
const firstPause = 2;
/** Seconds. A provider that is up again is told of everything within it. */
const longestPause = 300;

interface ClaimedDelivery {
  readonly key: string;
  readonly id: string;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly sealedToken: Buffer | null;
  readonly createdAt: string;
  /** Seconds since 1970, by the database's clock: a receiver refuses what a machine signs whose own is off. */
  readonly claimedAt: number;
  /** Of this claim: an outcome that comes after a later claim is not written. */
  readonly attempts: number;
}

/**
 * Delivers what is due, of each user the earliest event that is open: a later one waits until it is settled. An event is tried until the
 * provider takes it, or its token has expired.
 * @returns whether anything was settled, behind which more may have become due
 */
export async function deliverDue(ctx: DutyContext, webhook: Webhook): Promise<boolean> {
  await expireTokens(ctx);
  const claimed = await claimDue(ctx);
  const outcomes = await Promise.all(claimed.map((delivery) => attempt(ctx, webhook, delivery)));
  return outcomes.some((isDelivered) => isDelivered);
}

async function claimDue({ db }: DutyContext): Promise<ClaimedDelivery[]> {
  const { rows } = await sql<ClaimedDelivery>`/* auth provider deliveries */ update auth_provider_deliveries d
    set attempts = d.attempts + 1, last_attempt_at = now(), next_attempt_at = now() + make_interval(secs => ${claimHolds})
    where d.id in (
      select c.id from auth_provider_deliveries c
      where c.state in ('waiting', 'failing') and c.next_attempt_at <= now()
        and not exists (select from auth_provider_deliveries e where e.user_id = c.user_id and e.id < c.id and e.state in ('waiting', 'failing'))
      order by c.next_attempt_at limit ${atOnce} for update skip locked
    )
    returning d.id as key, d.public_id as id, d.event, d.data, d.sealed_token as "sealedToken", d.created_at as "createdAt", d.attempts,
      floor(extract(epoch from now()))::float8 as "claimedAt"`.execute(db);
  return rows;
}

async function attempt(ctx: DutyContext, webhook: Webhook, delivery: ClaimedDelivery): Promise<boolean> {
  const failure = await failureOf(ctx, webhook, delivery);
  if (failure === undefined) await settle(ctx, delivery);
  else await postpone(ctx, delivery, failure);
  return failure === undefined;
}

/** Why the provider did not take the event, in words that hold nothing of what was sent; undefined where it did. */
async function failureOf(ctx: DutyContext, webhook: Webhook, delivery: ClaimedDelivery): Promise<string | undefined> {
  const { id, event, createdAt, claimedAt, data, sealedToken } = delivery;
  const token = sealedToken ? openToken(sealedToken, id, webhook.secrets) : undefined;
  if (sealedToken && token === undefined) return 'AUTH_WEBHOOK_SECRET no longer opens the token';
  // Of one user's events the one with the higher sequence is the later one, should the network swap them.
  const body = JSON.stringify({ type: event, timestamp: createdAt, data: { ...data, sequence: Number(delivery.key), token } });
  return sendEvent(webhook, { id, timestamp: claimedAt, body }, ctx.signal);
}

async function settle({ db }: DutyContext, { key, attempts }: ClaimedDelivery): Promise<void> {
  await sql`/* auth provider delivered */ update auth_provider_deliveries
    set state = 'delivered', settled_at = now(), sealed_token = null, last_error = null
    where id = ${key} and attempts = ${attempts} and state in ('waiting', 'failing')`.execute(db);
}

async function postpone({ db, log, signal }: DutyContext, { key, id, event, attempts }: ClaimedDelivery, failure: string): Promise<void> {
  // A stop cuts an attempt off: it says nothing of the provider, and whoever comes next tries at once.
  const pause = signal.aborted ? 0 : pauseAfter(attempts);
  await sql`/* auth provider failed */ update auth_provider_deliveries
    set state = 'failing', last_error = ${failure.slice(0, 200)}, next_attempt_at = now() + make_interval(secs => ${pause})
    where id = ${key} and attempts = ${attempts} and state in ('waiting', 'failing')`.execute(db);
  log.warn({ delivery: id, event, attempts, failure, next_in_seconds: Math.round(pause) }, 'the auth provider did not take an event');
}

/** Seconds: twice as long after each failure, half of it by chance, so that many that failed together don't come back together. */
function pauseAfter(attempts: number): number {
  const longest = Math.min(longestPause, firstPause * 2 ** Math.min(attempts - 1, 20));
  return longest * (0.5 + Math.random() / 2);
}
