import { type RawBuilder, sql } from 'kysely';
import { all } from '../../db/page.js';
import type { AuditBucket } from '../audit.enums.js';
import { type AuditFilter, auditConditions, dimensionConditions, windowOf } from '../audit.filter.js';
import { type CountColumn, type Grain, grains, grainsOf, type Rollup, rollupFor, type Stretch, stretchesOf } from './rollups.js';

/** What entries are counted by. */
export interface Counting {
  /** Columns that the counts are told apart by. */
  readonly columns: readonly CountColumn[];
  /** The longest bucket by which the counts' times may be rounded down; null where each entry's own time is needed. */
  readonly coarsest: Grain | null;
  /** Whole buckets of this length are left out: they are read otherwise. */
  readonly except?: Grain;
  /** Where it is given, `at` is the beginning of this bucket. */
  readonly bucket?: { readonly unit: AuditBucket; readonly timeZone: string };
}

/**
 * The entries that a filter lets through, as rows `(…columns, at, count)` for a FROM clause: counted ahead where the tables of counts
 * can answer, one by one where they can't. Whatever the worker has yet to count is read from the log, in the same statement and so in
 * the same snapshot: the sums are exact at any moment.
 * @throws Invalid
 */
export function countedEntries(filter: AuditFilter, counting: Counting): RawBuilder<unknown> {
  const { columns, coarsest } = counting;
  const conditions = auditConditions(filter);
  const rollup = coarsest ? rollupFor(filter, columns) : undefined;
  const { start, end } = windowOf(filter);
  const stretches = stretchesOf(start, end, rollup ? grainsOf(rollup).filter((grain) => isWithin(grain, coarsest)) : []);
  const [first, last] = [stretches[0], stretches.at(-1)];
  if (!rollup || !first || !last) return sql`(${entries(counting, conditions)})`;

  const parts = [
    ...stretches.filter(({ grain }) => grain !== counting.except).map((stretch) => countedAhead(rollup, filter, counting, stretch)),
    entries(counting, [...conditions, isUncounted]),
    ...(start < first.start ? [entries(counting, [...conditions, isCounted, sql`e.created_at < ${timestamp(first.start)}`])] : []),
    ...(last.end < end ? [entries(counting, [...conditions, isCounted, sql`e.created_at >= ${timestamp(last.end)}`])] : []),
  ];
  return sql`(${sql.join(parts, sql` union all `)})`;
}

const isCounted = sql`e.xid < (select xid from audit_counts_progress)`;
/** Beyond every transaction. */
const lastXid = '18446744073709551615';
// The upper end lets everything through. Without one the planner takes the rest for a third of the log, and calls for helpers. It is a
// parameter so that there is one: a statement with none is not prepared, and to plan it takes several times as long as to run it.
const isUncounted = sql`e.xid >= (select xid from audit_counts_progress) and e.xid < ${lastXid}::xid8`;

/** Whether a bucket is no longer than another. */
function isWithin(grain: Grain, coarsest: Grain | null): boolean {
  return coarsest !== null && grains.indexOf(grain) >= grains.indexOf(coarsest);
}

/** The names come from rollups.ts, never from a caller. */
function selected(columns: readonly CountColumn[]): RawBuilder<unknown> {
  return sql.join(columns.map((column) => sql`${sql.ref(`e.${column}`)}, `).concat(sql``), sql``);
}

/** To truncate what is truncated already would take as long as all the rest of a series. */
function startOf({ bucket }: Counting, time: RawBuilder<unknown>, grain: Grain | null): RawBuilder<unknown> {
  if (!bucket || (bucket.timeZone === 'UTC' && bucket.unit === grain)) return time;
  return sql`date_trunc(${bucket.unit}, ${time}, ${bucket.timeZone})`;
}

function entries(counting: Counting, conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  const at = startOf(counting, sql`e.created_at`, null);
  return sql`select ${selected(counting.columns)}${at} as at, 1::bigint as count from platform_audit_log e where ${all(conditions)}`;
}

/**
 * From the one partition that holds the buckets, by name, and with no bound where there is none: so the planner's plan for any parameters
 * is as good as one for these, and it plans once. To plan takes it several times as long as to read.
 */
function countedAhead(rollup: Rollup, filter: AuditFilter, counting: Counting, { grain, start, end }: Stretch): RawBuilder<unknown> {
  const bounds = [
    ...(Number.isFinite(start) ? [sql`e.bucket >= ${timestamp(start)}::timestamptz`] : []),
    ...(Number.isFinite(end) ? [sql`e.bucket < ${timestamp(end)}::timestamptz`] : []),
  ];
  return sql`select ${selected(counting.columns)}${startOf(counting, sql`e.bucket`, grain)} as at, e.count
    from ${sql.table(`${rollup.table}_${grain}`)} e where ${all([...dimensionConditions(filter), ...bounds])}`;
}

const lastMoment = Date.UTC(9999, 11, 31);

/** A moment as the database reads it. Its years go on where those of JavaScript's ISO form end. */
export function timestamp(ms: number): string {
  if (ms > lastMoment) return 'infinity';
  return Number.isFinite(ms) ? new Date(ms).toISOString() : '-infinity';
}
