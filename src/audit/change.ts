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

const attempts = 3;

/**
 * Runs a change as one transaction at READ COMMITTED: the check that must hold under concurrency, the write and its
 * audit entry are committed together or not at all. A deadlock is run again from the start, so `work` does nothing
 * that outlives a rollback.
 * @throws Error where `work` recorded nothing: no audit entry, no change
 */
export async function change<T>(ctx: Pick<Platform, 'db'> & Author, work: (change: Change) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptChange(ctx, work);
    } catch (error) {
      if (attempt === attempts || !isRetryable(error)) throw error;
    }
  }
}

function attemptChange<T>(ctx: Pick<Platform, 'db'> & Author, work: (change: Change) => Promise<T>): Promise<T> {
  return ctx.db.transaction().execute(async (tx) => {
    let recorded = 0;
    const result = await work({
      tx,
      async record(entry) {
        await recordEntry(tx, ctx, entry);
        recorded += 1;
      },
    });
    if (recorded === 0) throw new Error('A change left no audit entry; it was rolled back.');
    return result;
  });
}
