import { sql } from 'kysely';
import type { AuditDimension } from '../audit.enums.js';
import type { AuditFilter } from '../audit.filter.js';

/** What is told apart where entries are counted: by name of the column, in the log and in the tables of counts. */
export type CountColumn = AuditDimension | 'outcome';

/** Lengths of the buckets that are counted, in UTC, the longest first. The first is all time. */
export const grains = ['ever', 'month', 'day', 'hour'] as const;
export type Grain = (typeof grains)[number];

/** The beginning of the bucket of the grain `g.grain` that the entry `e` is in, as the tables of counts have it. */
export const bucketOfEntry = sql`case g.grain when 'ever' then '-infinity' else date_trunc(g.grain, e.created_at, 'UTC') end`;

/** A table of counts. */
export interface Rollup {
  readonly table: string;
  readonly columns: readonly CountColumn[];
  /** The shortest bucket that it has, and all longer ones with it. */
  readonly finest: Grain;
}

/**
 * What the worker counts, the smallest first. Not one table with every column: in that, nearly every entry would be a row of its own,
 * and reading it would be no faster than reading the log.
 */
export const rollups: readonly Rollup[] = [
  { table: 'audit_counts_by_action', columns: ['action', 'resource_type', 'outcome'], finest: 'hour' },
  // By the hour there would be nearly as many of these as there are entries.
  { table: 'audit_counts_by_org', columns: ['org_id', 'action', 'resource_type', 'outcome'], finest: 'day' },
  { table: 'audit_counts_by_actor', columns: ['actor_id', 'outcome'], finest: 'day' },
];

/** The buckets of a table, the longest first. */
export function grainsOf({ finest }: Rollup): readonly Grain[] {
  return grains.slice(0, grains.indexOf(finest) + 1);
}

/** The columns that a filter looks at and that are to be told apart; undefined where the filter looks at what is not counted. */
export function countColumnsOf(filter: AuditFilter, columns: readonly CountColumn[]): ReadonlySet<CountColumn> | undefined {
  if (filter.resourceId || filter.search || filter.changedField) return undefined;
  const { orgId, actor, actorId, actorIds, actions, resourceType, resourceTypes, outcome } = filter;
  const needed = new Set<CountColumn>(columns);
  if (orgId) needed.add('org_id');
  if (actor || actorId || actorIds) needed.add('actor_id');
  if (actions) needed.add('action');
  if (resourceType || resourceTypes) needed.add('resource_type');
  if (outcome) needed.add('outcome');
  return needed;
}

/** The smallest table of counts that answers a filter and tells these columns apart; undefined where only the log itself can. */
export function rollupFor(filter: AuditFilter, columns: readonly CountColumn[]): Rollup | undefined {
  const needed = countColumnsOf(filter, columns);
  return needed && rollups.find((rollup) => [...needed].every((column) => rollup.columns.includes(column)));
}

/** Buckets of one length, one after the other. Milliseconds; the end is excluded. */
export interface Stretch {
  readonly grain: Grain;
  readonly start: number;
  readonly end: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The beginning of the bucket that a moment is in. */
function startOfBucket(at: number, grain: Grain): number {
  if (!Number.isFinite(at)) return at;
  if (grain === 'ever') return Number.NEGATIVE_INFINITY;
  if (grain === 'hour') return Math.floor(at / hourMs) * hourMs;
  if (grain === 'day') return Math.floor(at / dayMs) * dayMs;
  const day = new Date(at);
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth());
}

function nextBucket(at: number, grain: Grain): number {
  const start = startOfBucket(at, grain);
  if (start === at) return at;
  if (grain === 'ever') return Number.POSITIVE_INFINITY;
  if (grain === 'hour') return start + hourMs;
  if (grain === 'day') return start + dayMs;
  const day = new Date(start);
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1);
}

/**
 * Covers a window with as few whole buckets as possible: all time in one, or months in the middle, days and hours at the ends.
 * @param start milliseconds, or -Infinity
 * @param end milliseconds, excluded, or Infinity
 * @param lengths of the buckets that may be used, the longest first
 * @returns stretches side by side, the earliest first. They are all of the window but for less than the shortest bucket at each end
 */
export function stretchesOf(start: number, end: number, [grain, ...finer]: readonly Grain[]): Stretch[] {
  if (!grain) return [];
  const [first, last] = [nextBucket(start, grain), startOfBucket(end, grain)];
  if (first >= last) return stretchesOf(start, end, finer);
  return [...stretchesOf(start, first, finer), { grain, start: first, end: last }, ...stretchesOf(last, end, finer)];
}
