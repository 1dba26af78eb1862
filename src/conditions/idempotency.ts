import { sql } from 'kysely';
import type { Actor } from '../access/actor.js';
import type { Tx } from '../audit/entry.js';
import { Conflict, Invalid } from '../errors.js';
import type { Conditions } from './conditions.js';

/** Hours for which a key and its outcome are kept. */
export const keptHours = 24;

/** One change of a request that has a key: a request may make several, one after the other. */
export interface KeyedChange {
  readonly key: string;
  /** The key's namespace: nobody meets another caller's keys. */
  readonly caller: string;
  /** Which of the request's changes, counted from 0. */
  readonly place: number;
  readonly fingerprints: readonly [Buffer, ...Buffer[]];
}

/** The change that is about to be made, where its request has a key and a caller. Counts it. */
export function keyedChange(
  conditions: Conditions | null | undefined,
  actor: Pick<Actor, 'id' | 'credential'> | null,
): KeyedChange | undefined {
  if (!conditions?.idempotencyKey || !actor) return undefined;
  const { idempotencyKey: key, fingerprints, progress } = conditions;
  const place = progress.changes;
  progress.changes += 1;
  // Under impersonation the keys are the session's: neither the user's own nor the admin's.
  const caller = actor.credential.kind === 'impersonation' ? actor.credential.sessionId : actor.id;
  return { key, caller, place, fingerprints: fingerprints() };
}

/** What a change came to, when it was made. */
export interface Outcome {
  readonly value: unknown;
}

/**
 * Reserves the key until the transaction ends, and finds what the change came to where it was made before.
 * @throws Conflict where a request with the key is running, or its outcome held a secret that is shown once
 * @throws Invalid where another request has used the key
 */
export async function earlierOutcome(tx: Tx, { key, caller, place, fingerprints }: KeyedChange): Promise<Outcome | undefined> {
  const { rows: locks } = await sql<{ isFree: boolean }>`select pg_try_advisory_xact_lock(hashtextextended(${caller} || ' ' || ${key}, 0))
    as "isFree"`.execute(tx);
  if (!locks[0]?.isFree)
    throw new Conflict('A request with this Idempotency-Key is running. Ask again shortly.', { header: 'idempotency-key' });

  const { rows } = await sql<{ fingerprint: Buffer; outcome: Outcome | null }>`/* idempotency key */ select fingerprint, outcome
    from idempotency_keys where caller = ${caller} and key = ${key} and place = ${place}
      and created_at > now() - make_interval(hours => ${keptHours})`.execute(tx);
  const [earlier] = rows;
  if (!earlier) return undefined;
  if (!fingerprints.some((fingerprint) => earlier.fingerprint.equals(fingerprint))) {
    throw Invalid.field(['header', 'idempotency-key'], 'Another request has used this key.', 'value_error');
  }
  if (!earlier.outcome) {
    throw new Conflict('This was done before. Its answer held a secret, which is shown once.', { header: 'idempotency-key' });
  }
  return earlier.outcome;
}

/** Keeps what a change came to, in its transaction. @param outcome null where it holds a secret */
export async function keepOutcome(tx: Tx, { key, caller, place, fingerprints }: KeyedChange, outcome: Outcome | null): Promise<void> {
  await sql`insert into idempotency_keys (caller, key, place, fingerprint, outcome)
    values (${caller}, ${key}, ${place}, ${fingerprints[0]}, ${outcome && JSON.stringify(outcome)})
    on conflict (caller, key, place) do update
      set fingerprint = excluded.fingerprint, outcome = excluded.outcome, created_at = now()`.execute(tx);
}
