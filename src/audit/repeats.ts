import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { Platform } from '../context.js';
import type { AuditEntryInput, Tx } from './entry.js';
import { type Author, type AuthorColumns, authorColumns, insertEntry } from './record.js';

/** Seconds for which repetitions are counted before an entry tells of them. */
export const repeatWindow = 300;

/** An entry that stands for its repetitions: what it says of the object and not of its state, which each repetition would have its own of. */
export type RepeatableEntry = Omit<AuditEntryInput, 'before' | 'after' | 'occurrences'>;

interface Kept {
  readonly author: AuthorColumns;
  readonly entry: RepeatableEntry;
}

/**
 * Records what a caller may do as often as they like, in a transaction of its own: an entry for the first time, and one more for all
 * repetitions within `repeatWindow` when it is over, with their number. So the log says how often it was, and can't be flooded.
 * @param sameness what a repetition has in common with the first beside its author and action
 */
export async function recordRepeatable(
  ctx: Pick<Platform, 'db'> & { readonly origin: Author['origin'] },
  author: AuthorColumns,
  entry: RepeatableEntry,
  sameness: readonly string[],
): Promise<void> {
  const { actor_type: type, actor_id: id, impersonated_user_id: as = '' } = author;
  const key = createHash('sha256')
    .update(JSON.stringify([type, id, as, entry.action, ...sameness]))
    .digest();
  const kept: Kept = { author, entry };
  await ctx.db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ isFirst: boolean }>`/* audit repeat */ insert into audit_repeats (key, entry)
      values (${key}, ${JSON.stringify(kept)})
      on conflict (key) do update set repeats = audit_repeats.repeats + 1, last_at = now()
      returning repeats = 0 as "isFirst"`.execute(tx);
    if (rows[0]?.isFirst) await insertEntry(tx, author, entry);
  });
}

/** As `recordRepeatable`, by the request's own caller. */
export function recordCallersRepeatable(
  ctx: Pick<Platform, 'db'> & Author,
  entry: RepeatableEntry,
  sameness: readonly string[],
): Promise<void> {
  return recordRepeatable(ctx, authorColumns(ctx), entry, sameness);
}

/**
 * Writes the entries of repetitions whose window is over, and forgets them.
 * @param window seconds
 * @returns how many windows were closed, at most `limit`
 */
export async function closeRepeats(tx: Tx, limit: number, window = repeatWindow): Promise<number> {
  const { rows } = await sql<{ entry: Kept; repeats: number }>`/* audit repeats that are over */ delete from audit_repeats
    where key = any (array(
      select key from audit_repeats where began_at <= now() - make_interval(secs => ${window}) limit ${limit} for update skip locked))
    returning entry, repeats`.execute(tx);
  for (const { entry: kept, repeats } of rows) {
    if (repeats > 0) await insertEntry(tx, kept.author, { ...kept.entry, occurrences: repeats });
  }
  return rows.length;
}
