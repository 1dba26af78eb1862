import type { Conditional } from '../conditions/conditions.js';
import { earlierOutcome, type KeyedChange, keepOutcome, keyedChange } from '../conditions/idempotency.js';
import { requireCompared } from '../conditions/requireVersion.js';
import type { Platform } from '../context.js';
import { isRetryable } from '../db/violations.js';
import type { AuditEntryInput, Tx } from './entry.js';
import { type Author, recordEntry } from './record.js';

/** A transaction that must leave an entry in the trail. */
export interface Change {
  readonly tx: Tx;
  /** Writes the entry of one object that this change concerns. */
  record(entry: AuditEntryInput): Promise<void>;
}

export interface ChangeOptions {
  /** The answer holds a secret that is shown once: it is not kept for a repetition of the request, which is told so. */
  readonly showsSecret?: true;
}

/** Who changes what, and on which conditions. */
export type ChangeContext = Pick<Platform, 'db'> & Author & Conditional;

const attempts = 3;

/**
 * Runs a change as one transaction at READ COMMITTED: the check that must hold under concurrency, the write, its audit entry, and the
 * outcome for the request's Idempotency-Key are committed together or not at all. A request that is repeated with its key is given the
 * outcome again. What met a deadlock, or something that was removed meanwhile, is run again from the start, so `work` does nothing that
 * outlives a rollback, and what it returns is JSON.
 * @throws Conflict where a request with the same key is running
 * @throws Invalid where another request has used the key, or If-Match was given and `work` compared no version
 * @throws Error where `work` recorded nothing: no audit entry, no change
 */
export async function change<T>(ctx: ChangeContext, work: (change: Change) => Promise<T>, options: ChangeOptions = {}): Promise<T> {
  const keyed = keyedChange(ctx.conditions, ctx.actor);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptChange(ctx, work, keyed, options);
    } catch (error) {
      if (attempt === attempts || !isRetryable(error)) throw error;
    }
  }
}

function attemptChange<T>(
  ctx: ChangeContext,
  work: (change: Change) => Promise<T>,
  keyed: KeyedChange | undefined,
  { showsSecret }: ChangeOptions,
): Promise<T> {
  return ctx.db.transaction().execute(async (tx) => {
    const earlier = keyed && (await earlierOutcome(tx, keyed));
    if (earlier) {
      if (ctx.conditions) ctx.conditions.progress.wasRepeated = true;
      // The same request led here, so this is what the same `work` returned.
      return earlier.value as T;
    }
    let recorded = 0;
    const result = await work({
      tx,
      async record(entry) {
        await recordEntry(tx, ctx, entry);
        recorded += 1;
      },
    });
    if (recorded === 0) throw new Error('A change left no audit entry; it was rolled back.');
    requireCompared(ctx);
    if (keyed) await keepOutcome(tx, keyed, showsSecret ? null : { value: result });
    return result;
  });
}
