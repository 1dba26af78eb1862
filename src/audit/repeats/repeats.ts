import { createHash } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Platform } from '../../context.js';
import type { DB } from '../../db/types.generated.js';
import type { AuditEntryInput, Tx } from '../entry.js';
import { type Author, type AuthorColumns, authorColumns, insertEntry } from '../record.js';

/** Seconds for which repetitions are counted before an entry tells of them. */
export const repeatWindow = 300;

/** An entry that stands for its repetitions. What it says of a state is what they have in common. */
export type RepeatableEntry = Omit<AuditEntryInput, 'before' | 'occurrences'>;

/** An entry and whom it names, as they are kept until the window is over. */
export interface Kept {
  readonly author: AuthorColumns;
  readonly entry: RepeatableEntry;
}

/**
 * What makes a repetition.
 * @param sameness what a repetition has in common with the first beside its author and action
 */
export function repeatKey({ author, entry }: Kept, sameness: readonly string[]): Buffer {
  const { actor_type: type, actor_id: id, impersonated_user_id: as = '' } = author;
  return createHash('sha256')
    .update(JSON.stringify([type, id, as, entry.action, ...sameness]))
    .digest();
}

/**
 * Records what a caller may do as often as they like, in a transaction of its own: an entry for the first time, and one more for all
 * repetitions within `repeatWindow` when it is over, with their number. So the log says how often it was, and can't be flooded.
 * @param sameness as `repeatKey` takes it
 */
export function recordRepeatable(
  ctx: Pick<Platform, 'db'>,
  author: AuthorColumns,
  entry: RepeatableEntry,
  sameness: readonly string[],
): Promise<void> {
  const kept = { author, entry };
  return recordKept(ctx.db, repeatKey(kept, sameness), kept);
}

/** As `recordRepeatable`, under a key that is made already. */
export async function recordKept(db: Kysely<DB>, key: Buffer, kept: Kept): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ isFirst: boolean }>`/* audit repeat */ insert into audit_repeats (key, entry)
      values (${key}, ${JSON.stringify(kept)})
      on conflict (key) do update set repeats = audit_repeats.repeats + 1, last_at = now()
      returning repeats = 0 as "isFirst"`.execute(tx);
    if (rows[0]?.isFirst) await insertEntry(tx, kept.author, kept.entry);
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
