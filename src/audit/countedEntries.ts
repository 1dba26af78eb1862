import { type RawBuilder, sql } from 'kysely';
import { all } from '../db/page.js';
import { type AuditFilter, auditConditions, dimensionConditions, windowOf } from './audit.filter.js';
import { type CountColumn, type Grain, grains, grainsOf, type Rollup, rollupFor, type Stretch, stretchesOf } from './rollups.js';

/** What entries are counted by. */
export interface Counting {
  /** Columns that the counts are told apart by. */
  readonly columns: readonly CountColumn[];
  /** The longest bucket by which the counts' times may be rounded down; null where each entry's own time is needed. */
  readonly coarsest: Grain | null;
}

/**
 * The entries that a filter lets through, as rows `(…columns, at, count)` for a FROM clause: counted ahead where the tables of counts
 * can answer, one by one where they can't. Whatever the worker has yet to count is read from the log, in the same statement and so in
 * the same snapshot: the sums are exact at any moment.
 * @throws Invalid
 */
export function countedEntries(filter: AuditFilter, { columns, coarsest }: Counting): RawBuilder<unknown> {
  const conditions = auditConditions(filter);
  const rollup = coarsest ? rollupFor(filter, columns) : undefined;
  const { start, end } = windowOf(filter);
  const stretches = stretchesOf(start, end, rollup ? grainsOf(rollup).filter((grain) => isWithin(grain, coarsest)) : []);
  const [first, last] = [stretches[0], stretches.at(-1)];
  if (!rollup || !first || !last) return sql`(${entries(columns, conditions)})`;

  const parts = [
    countedAhead(rollup, filter, columns, stretches),
    entries(columns, [...conditions, isUncounted]),
    ...(start < first.start ? [entries(columns, [...conditions, isCounted, sql`e.created_at < ${timestamp(first.start)}`])] : []),
    ...(last.end < end ? [entries(columns, [...conditions, isCounted, sql`e.created_at >= ${timestamp(last.end)}`])] : []),
  ];
  return sql`(${sql.join(parts, sql` union all `)})`;
}

const isCounted = sql`e.xid < (select xid from audit_counts_progress)`;
// The upper end lets everything through. Without one the planner takes the rest for a third of the log, and calls for helpers.
const isUncounted = sql`e.xid >= (select xid from audit_counts_progress) and e.xid < '18446744073709551615'`;

/** Whether a bucket is no longer than another. */
function isWithin(grain: Grain, coarsest: Grain | null): boolean {
  return coarsest !== null && grains.indexOf(grain) >= grains.indexOf(coarsest);
}

/** The names come from rollups.ts, never from a caller. */
function selected(columns: readonly CountColumn[]): RawBuilder<unknown> {
  return sql.join(columns.map((column) => sql`${sql.ref(`e.${column}`)}, `).concat(sql``), sql``);
}

function entries(columns: readonly CountColumn[], conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return sql`select ${selected(columns)}e.created_at as at, 1::bigint as count from platform_audit_log e where ${all(conditions)}`;
}

function countedAhead(rollup: Rollup, filter: AuditFilter, columns: readonly CountColumn[], stretches: readonly Stretch[]) {
  const [names, starts, ends] = [
    stretches.map(({ grain }) => grain),
    stretches.map((stretch) => timestamp(stretch.start)),
    stretches.map((stretch) => timestamp(stretch.end)),
  ];
  return sql`select ${selected(columns)}e.bucket as at, e.count
    from unnest(${names}::text[], ${starts}::timestamptz[], ${ends}::timestamptz[]) as s (grain, first, last)
    join ${sql.table(rollup.table)} e on e.grain = s.grain and e.bucket >= s.first and e.bucket < s.last
    where ${all(dimensionConditions(filter))}`;
}

const lastMoment = Date.UTC(9999, 11, 31);

/** As the database reads it. Its years go on where those of JavaScript's ISO form end. */
function timestamp(ms: number): string {
  if (ms > lastMoment) return 'infinity';
  return Number.isFinite(ms) ? new Date(ms).toISOString() : '-infinity';
}
