import { type RawBuilder, sql } from 'kysely';
import type { AuditFilter } from '../audit.filter.js';
import type { Tx } from '../entry.js';
import { type CountColumn, countColumnsOf } from './rollups.js';

/** What the table of days tells apart: nothing, or one column. */
const kinds = ['all', 'action', 'resource_type', 'outcome'] as const;
export type DaysBy = (typeof kinds)[number];

/** Days that the row of a month has, whatever the month. A constant, and so it stands in the text of statements. */
export const daysOfRow = 31;

/** Which rows of the table of days answer a filter and tell these columns apart; undefined where none do. */
export function daysBy(filter: AuditFilter, columns: readonly CountColumn[]): DaysBy | undefined {
  const needed = countColumnsOf(filter, columns);
  if (!needed || needed.size > 1) return undefined;
  const [column = 'all'] = needed;
  return kinds.find((kind) => kind === column);
}

/** Transaction ids from one to another, which is excluded. */
export interface XidRange {
  readonly start: string;
  readonly end: string;
}

/** The entries `e` as the table of days tells them apart: `(by, value, month, day, hour, count)`. */
export function entriesByDay(where: RawBuilder<unknown>): RawBuilder<unknown> {
  // By the hour first: most entries share it with others, and what follows is done for fewer.
  return sql`(
    select v.by, v.value, date_trunc('month', k.hour, 'UTC') as month, extract(day from k.hour at time zone 'UTC')::int as day,
      extract(hour from k.hour at time zone 'UTC')::int as hour, sum(k.count)::int as count
    from (
        select date_trunc('hour', e.created_at, 'UTC') as hour, e.action, e.resource_type, e.outcome, count(*) as count
        from platform_audit_log e where ${where} group by 1, 2, 3, 4
      ) k, lateral (values ('all', ''), ('action', k.action), ('resource_type', k.resource_type), ('outcome', k.outcome)) v (by, value)
    group by 1, 2, 3, 4, 5)`;
}

/** The rows of the table of days that such entries make. */
export function dayRows(entries: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(
    select h.by, h.value, h.month, u.hours, add_to_days(array_fill(0, array[${sql.lit(daysOfRow)}]), array_agg(h.day), array_agg(h.count)) as counts
    from ${entries} h, generate_series(h.hour + 1, 24) as u (hours) group by 1, 2, 3, 4)`;
}

const everyDay = `{${Array.from({ length: daysOfRow }, (_, i) => i + 1).join(',')}}`;

/** Adds entries to the table of days; the caller keeps that they are counted, in the same transaction. */
export async function countIntoDays(tx: Tx, { start, end }: XidRange): Promise<void> {
  const entries = entriesByDay(sql`e.xid >= ${start}::xid8 and e.xid < ${end}::xid8`);
  await sql`/* audit rollups */ insert into audit_counts_by_day as c (by, value, month, hours, counts)
    select r.by, r.value, r.month, r.hours, r.counts from ${dayRows(entries)} r order by r.by, r.hours, r.month, r.value
    on conflict (by, hours, month, value) do update set counts = add_to_days(c.counts, ${everyDay}::int[], excluded.counts)`.execute(tx);
}
