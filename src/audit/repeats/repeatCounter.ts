import { type Kysely, sql } from 'kysely';
import type { BaseLogger } from 'pino';
import type { DB } from '../../db/types.generated.js';
import { type Author, authorColumns } from '../record.js';
import { type Kept, type RepeatableEntry, recordKept, repeatKey, repeatWindow } from './repeats.js';

/** Records what is done so often that a repetition must cost nothing: the first time in the database, the others in memory until it is told. */
export interface RepeatCounter {
  /**
   * As `recordCallersRepeatable`; what this process has recorded in the same window is counted, with no statement. The count reaches the
   * database within seconds: a process that is killed loses as much of it, and never the entry of the first time.
   */
  record(author: Author, entry: RepeatableEntry, sameness: readonly string[]): Promise<void>;
  /** Tells the database of what was counted. It never throws: what can't be told now is told later. */
  flush(): Promise<void>;
}

/** Milliseconds that a count waits. */
const delay = 2_000;
/** Windows that are known at once, at most: beyond it they are forgotten, and the database asked again. */
const most = 10_000;

interface Known {
  readonly key: Buffer;
  readonly kept: Kept;
  /** When the window is over, in milliseconds. */
  readonly until: number;
  readonly first: Promise<void>;
  repeats: number;
}

/** Counts for one process. */
export function repeatCounterOf(db: Kysely<DB>, log: Pick<BaseLogger, 'warn'>): RepeatCounter {
  const known = new Map<string, Known>();
  let timer: NodeJS.Timeout | undefined;

  function begin(key: Buffer, kept: Kept, repeats: number): Known {
    const first = recordKept(db, key, kept);
    const window: Known = { key, kept, until: Date.now() + repeatWindow * 1_000, first, repeats };
    if (known.size >= most) forget(() => true);
    known.set(key.toString('hex'), window);
    // Who asked is told; the next one tries anew.
    first.catch(() => known.delete(key.toString('hex')));
    return window;
  }

  function forget(which: (window: Known) => boolean): void {
    for (const [key, window] of known) if (window.repeats === 0 && which(window)) known.delete(key);
  }

  function flushSoon(): void {
    timer ??= setTimeout(flush, delay).unref();
  }

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    const told = [...known.values()].flatMap((window) => {
      const { key, kept, repeats } = window;
      window.repeats = 0;
      return repeats > 0 ? [{ window, key: key.toString('hex'), entry: kept, repeats }] : [];
    });
    try {
      if (told.length > 0) await addRepeats(db, told);
    } catch (error) {
      for (const { window, repeats } of told) window.repeats += repeats;
      log.warn({ err: error }, 'repetitions for the trail could not be counted in the database; they are told of later');
      flushSoon();
    }
    const now = Date.now();
    forget(({ until }) => until <= now);
  }

  return {
    flush,
    async record(author, entry, sameness) {
      const kept = { author: authorColumns(author), entry };
      const key = repeatKey(kept, sameness);
      const window = known.get(key.toString('hex'));
      // What is left to tell of a window that is over is told with the next one.
      if (!window || window.until <= Date.now()) return begin(key, kept, window?.repeats ?? 0).first;
      window.repeats += 1;
      flushSoon();
      return window.first;
    },
  };
}

/** Where the window was closed meanwhile, the count opens one, and is told of when that is over. */
async function addRepeats(
  db: Kysely<DB>,
  told: readonly { readonly key: string; readonly entry: Kept; readonly repeats: number }[],
): Promise<void> {
  const rows = told.map(({ key, entry, repeats }) => ({ key, entry, repeats }));
  // In one order, so that gateways which tell of the same windows wait for each other and do not lock each other out.
  await sql`/* audit repeats, counted */ insert into audit_repeats as r (key, entry, repeats)
    select decode(t.key, 'hex'), t.entry, t.repeats
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as t (key text, entry jsonb, repeats integer) order by 1
    on conflict (key) do update set repeats = r.repeats + excluded.repeats, last_at = now()`.execute(db);
}
