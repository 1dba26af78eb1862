import { type RawBuilder, sql } from 'kysely';
import type { Context, StreamContext } from '../../context.js';
import { type CursorOrder, decodeCursor, encodeCursor } from '../../db/cursor.js';
import { all } from '../../db/page.js';
import { columnsOf, nested, type RowOf, selectList } from '../../db/shape.js';
import { Invalid } from '../../errors.js';
import type { Selection } from '../../graphql/selection.js';
import { type AuditFilter, auditConditions } from '../audit.filter.js';
import { auditEntryShape } from '../audit.shape.js';
import type { AuditEntry } from '../audit.types.js';
import { recordSearch } from '../repeats/readings.js';
import type { Position } from '../seal/checkpointFile.js';
import type { AuditTailEvent } from './tail.types.js';

/** What of the trail is followed. */
export interface TailArgs {
  readonly filter?: AuditFilter | null;
  /** The cursor of an event that the caller has seen; from now on where there is none. */
  readonly after?: string | null;
}

const order: CursorOrder = { name: 'tail', type: 'xid8' };
/** Entries that are looked at by one statement, so that a filter which lets little through is no long statement. */
const portion = 1_000;
/** Entries of one event, at most. */
const eventSize = 100;
/** Milliseconds after which a tail that has moved on, and had nothing to show, says how far it is. */
const silence = 15_000;

/**
 * The entries that a filter lets through, as they are committed, until `ctx.signal` aborts. They come in the order of their transactions
 * and only once no earlier one can come any more: so each comes once, whoever commits late, and over any number of reconnections.
 * @throws Invalid for a filter that can't be read by, and for a cursor that this database has not given out
 */
export async function auditTail(
  ctx: StreamContext,
  { filter, after }: TailArgs,
  entry: Selection,
): Promise<AsyncGenerator<AuditTailEvent>> {
  const where = all(auditConditions(filter));
  const seen = after ? decodeCursor(order, after) : undefined;
  // Whether the caller still may is asked again and again with a signal that has aborted: that is no search.
  if (!ctx.signal.aborted) await recordSearch(ctx, filter);
  const { place, newest } = await ctx.trailEnd.now();
  if (seen && BigInt(seen.value) > BigInt(newest)) {
    throw Invalid.field(['after'], 'This cursor is of another database: this one has not come so far.', 'invalid_cursor');
  }
  return follow(ctx, seen ? { xid: seen.value, id: seen.id.toLowerCase() } : place, where, entry);
}

const cursorOf = ({ xid, id }: Position): string => encodeCursor(order, { value: xid, id });

async function* follow(ctx: StreamContext, from: Position, where: RawBuilder<unknown>, entry: Selection): AsyncGenerator<AuditTailEvent> {
  let place = from;
  let toldAt = Date.now();
  yield { cursor: cursorOf(place), entries: [] };
  while (!ctx.signal.aborted) {
    const end = await ctx.trailEnd.beyond(place, ctx.signal);
    if (ctx.signal.aborted) return;
    const stretch = await stretchOf(ctx, place, end, where, entry);
    place = stretch.end;
    const isSilent = stretch.entries.length === 0 && Date.now() - toldAt > silence;
    if (isSilent) yield { cursor: cursorOf(place), entries: [] };
    for (let i = 0; i < stretch.entries.length; i += eventSize) {
      const entries = stretch.entries.slice(i, i + eventSize);
      const last = entries.at(-1);
      // Behind the last portion of a stretch the tail is further than its last entry.
      const isRest = i + eventSize >= stretch.entries.length;
      yield { cursor: cursorOf(isRest || !last ? place : { xid: last._xid, id: last._id }), entries };
    }
    if (isSilent || stretch.entries.length > 0) toldAt = Date.now();
  }
}

type TailRow = RowOf<AuditEntry> & { readonly _xid: string; readonly _id: string; readonly _matches: boolean };

/** The next entries behind a place and up to an end, which match of them, and how far they go. */
async function stretchOf(
  { db }: Pick<Context, 'db'>,
  place: Position,
  end: Position,
  where: RawBuilder<unknown>,
  selection: Selection,
): Promise<{ readonly entries: readonly TailRow[]; readonly end: Position }> {
  const columns = columnsOf(auditEntryShape, selection);
  const { rows } = await sql<Record<string, unknown>>`/* audit tail */ with s as materialized (
      select l.* from platform_audit_log l
      where (l.xid, l.id) > (${place.xid}::xid8, ${place.id}::uuid) and (l.xid, l.id) <= (${end.xid}::xid8, ${end.id}::uuid)
      order by l.xid, l.id limit ${portion}
    )
    select ${selectList(columns)}, e.xid::text as "_xid", e.id as "_id", coalesce(${where}, false) as "_matches" from s e
    where ${where} or (e.xid, e.id) = (select l.xid, l.id from s l order by l.xid desc, l.id desc limit 1)
    order by e.xid, e.id`.execute(db);
  const read = nested<TailRow>(columns, rows);
  const last = read.at(-1);
  return { entries: read.filter(({ _matches }) => _matches), end: last ? { xid: last._xid, id: last._id } : end };
}
