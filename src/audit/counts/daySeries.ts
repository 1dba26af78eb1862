import { type RawBuilder, sql } from 'kysely';
import { all } from '../../db/page.js';
import type { AuditBucket, AuditDimension } from '../audit.enums.js';
import { type AuditFilter, dimensionConditions } from '../audit.filter.js';
import type { AuditSeriesGroup, AuditSeriesPoint } from '../audit.types.js';
import { timestamp } from './countedEntries.js';
import { type DaysBy, daysOfRow } from './dayCounts.js';
import type { Stretch } from './rollups.js';

/** A series that the table of days answers. */
export interface DaySeries {
  readonly by: DaysBy;
  readonly filter: AuditFilter;
  readonly groupBy: AuditDimension | null;
  readonly unit: AuditBucket;
  readonly timeZone: string;
  /** Whole days in UTC. */
  readonly days: Stretch;
}

/**
 * A row of which a series is put together. Arrays are the text of an array of numbers; moments are seconds since 1970.
 * `begins`: one row, the buckets: `labels` what each is called by, `numbers` where it begins.
 * `days`: `numbers` has a count for each day of the month that begins at `at`, of the first `hours` hours of the day.
 * `others`: `numbers` is one count, to be added to the bucket that is called `at`.
 */
export interface DaySeriesRow {
  readonly part: 'begins' | 'days' | 'others';
  readonly key: string | null;
  /** A bigint, and so a text. */
  readonly at: string | null;
  readonly hours: number | null;
  readonly labels: string | null;
  readonly numbers: string | null;
}

/** Selects the rows `begins` and `days` of a series. `by` is one of four words of ours, in the text so that each is planned for itself. */
export function daySeriesRows({ by, filter, groupBy, unit, timeZone, days: { start, end } }: DaySeries): RawBuilder<unknown> {
  const column = by === 'all' ? sql`` : sql`c.value as ${sql.ref(by)}, `;
  const months = [
    ...(Number.isFinite(start) ? [sql`c.month >= date_trunc('month', ${timestamp(start)}::timestamptz, 'UTC')`] : []),
    ...(Number.isFinite(end) ? [sql`c.month < ${timestamp(end)}::timestamptz`] : []),
  ];
  const rows = (hours: RawBuilder<unknown>) => sql`select 'days' as part, ${groupBy ? sql.ref(`e.${groupBy}`) : sql`null`} as key,
      date_part('epoch', e.month)::bigint as at, e.hours::int as hours, null as labels, e.counts::text as numbers
    from (select ${column}c.month, c.hours, c.counts from audit_counts_by_day c
      where ${all([sql`c.by = ${sql.lit(by)}`, sql`c.hours = any (${hours})`, ...months])}) e where ${all(dimensionConditions(filter))}`;
  // Their hours are those of UTC, and where each begins needs not be told.
  if (unit === 'hour') return rows(sql`array(select generate_series(1, 24))`);

  // A bucket begins with the first moment that the zone's clocks show as its own: where they show midnight twice, that is an hour before the
  // moment that it is called by.
  const begin = (label: RawBuilder<unknown>, local: RawBuilder<unknown>) =>
    sql`case when (${label} - interval '1 hour') at time zone ${timeZone} >= ${local} then ${label} - interval '1 hour' else ${label} end`;
  return sql`
    with _span as (
      select greatest(min(c.month), ${timestamp(start)}::timestamptz) as first, least(max(c.month) + interval '31 days', ${timestamp(end)}::timestamptz) as last
      from audit_counts_by_day c where c.by = 'all' and c.hours = 24
      having count(*) > 0
    ), _buckets as materialized (
      select l.label, ${begin(sql`l.label`, sql`g.local`)} as begin
      from _span s, generate_series(date_trunc(${unit}, s.first at time zone ${timeZone}), s.last at time zone ${timeZone}, ${`1 ${unit}`}::interval) g (local),
        lateral (select g.local at time zone ${timeZone} as label) l
    )
    select 'begins' as part, null as key, null::bigint as at, null::int as hours, array_agg(date_part('epoch', b.label)::bigint)::text as labels,
      array_agg(date_part('epoch', b.begin)::bigint)::text as numbers from _buckets b
    union all ${rows(sql`array(select 24 union select date_part('hour', b.begin at time zone 'UTC')::int from _buckets b)`)}`;
}

const daySeconds = 86_400;
const hourSeconds = 3_600;

/** The numbers in an array of PostgreSQL’s, as it is written in text; none for null. */
export function numbersIn(array: string | null): number[] {
  return array === null || array === '{}' ? [] : array.slice(1, -1).split(',').map(Number);
}

/**
 * Puts the series of each key together, in the order of time. Buckets without entries are left out.
 * @param stretch whole days, of which the rows `days` count
 */
export function seriesOfDays(rows: readonly DaySeriesRow[], stretch: Stretch): AuditSeriesGroup[] {
  const counts = countsOfDays(rows, stretch);
  for (const { part, key, at, numbers } of rows) {
    if (part === 'others') add(counted(counts, key), Number(at), Number(numbers));
  }
  const starts = new Map<number, string>();
  const startOf = (second: number): string => {
    const start = starts.get(second) ?? isoSecond(second);
    starts.set(second, start);
    return start;
  };
  return [...counts].filter(([, buckets]) => buckets.size > 0).map(([key, buckets]) => groupOf(key, buckets, startOf));
}

/** Entries by bucket, which is called by its moment in seconds since 1970. */
type Buckets = Map<number, number>;

function groupOf(key: string | null, buckets: Buckets, startOf: (second: number) => string): AuditSeriesGroup {
  let count = 0;
  const points: AuditSeriesPoint[] = [];
  for (const [second, entries] of [...buckets].sort(([a], [b]) => a - b)) {
    count += entries;
    points.push({ start: startOf(second), count: entries });
  }
  return { key, label: null, count, points };
}

function counted(counts: Map<string | null, Buckets>, key: string | null): Buckets {
  const buckets = counts.get(key) ?? new Map<number, number>();
  counts.set(key, buckets);
  return buckets;
}

function add(buckets: Buckets, at: number, count: number): void {
  buckets.set(at, (buckets.get(at) ?? 0) + count);
}

function countsOfDays(rows: readonly DaySeriesRow[], { start, end }: Stretch): Map<string | null, Buckets> {
  const counts = new Map<string | null, Buckets>();
  const months = rows.flatMap(({ part, at }) => (part === 'days' ? [Number(at)] : []));
  if (months.length === 0) return counts;
  const [earliest, latest] = months.reduce(([a, b], month) => [Math.min(a, month), Math.max(b, month)], [Infinity, -Infinity] as const);
  const first = Math.max(start / 1_000, earliest);
  const last = Math.min(end / 1_000, latest + daysOfRow * daySeconds);
  const told = rows.find(({ part }) => part === 'begins');
  const begins = told ? numbersIn(told.numbers) : everyHour(first, last);
  const labels = told ? numbersIn(told.labels) : begins;
  for (const [key, days] of daysByKey(rows, first, last)) intoBuckets(counted(counts, key), days, first, { begins, labels });
  return counts;
}

function everyHour(first: number, last: number): number[] {
  return Array.from({ length: Math.max(0, (last - first) / hourSeconds) }, (_, i) => first + i * hourSeconds);
}

/** By the number of hours: the entries of each day, one after the other, in its first so many hours. */
type Days = readonly (Float64Array | undefined)[];

const wholeDay = 24;

/** Adds up the rows of each key, day by day, and leaves the days out that are not asked for. */
function daysByKey(rows: readonly DaySeriesRow[], first: number, last: number): Map<string | null, Days> {
  const length = Math.max(0, (last - first) / daySeconds);
  const found = new Map<string | null, (Float64Array | undefined)[]>();
  for (const { part, key, at, hours, numbers } of rows) {
    if (part !== 'days' || hours === null) continue;
    const days = found.get(key) ?? [];
    found.set(key, days);
    const sums = days[hours] ?? new Float64Array(length);
    days[hours] = sums;
    const offset = (Number(at) - first) / daySeconds;
    for (const [i, count] of numbersIn(numbers).entries()) {
      // Outside of the array lies what is not asked for, and the days that a short month does not have.
      if (count > 0 && offset + i >= 0 && offset + i < length) sums[offset + i] = (sums[offset + i] ?? 0) + count;
    }
  }
  return found;
}

interface BucketTimes {
  /** Where each begins, which is where the one before it ends. */
  readonly begins: readonly number[];
  readonly labels: readonly number[];
}

function intoBuckets(buckets: Buckets, days: Days, first: number, { begins, labels }: BucketTimes): void {
  const totals = days[wholeDay] ?? new Float64Array(0);
  const before = sumsBefore(totals);
  const countBefore = (moment: number): number => {
    if (moment <= first) return 0;
    const day = Math.floor((moment - first) / daySeconds);
    const hours = (moment - first - day * daySeconds) / hourSeconds;
    return (before[Math.min(day, totals.length)] ?? 0) + (days[hours]?.[day] ?? 0);
  };
  for (const [i, begin] of begins.entries()) {
    const count = countBefore(begins[i + 1] ?? Number.MAX_SAFE_INTEGER) - countBefore(begin);
    if (count > 0) add(buckets, labels[i] ?? begin, count);
  }
}

function sumsBefore(totals: Float64Array): Float64Array {
  const sums = new Float64Array(totals.length + 1);
  for (const [i, count] of totals.entries()) sums[i + 1] = (sums[i] ?? 0) + count;
  return sums;
}

/** RFC 3339, by the second. */
export function isoSecond(second: number): string {
  return `${new Date(second * 1_000).toISOString().slice(0, 19)}Z`;
}
