import type { AuditDimension } from './audit.enums.js';
import type { AuditFilter } from './audit.filter.js';

/** What is told apart where entries are counted: by name of the column, in the log and in the tables of counts. */
export type CountColumn = AuditDimension | 'outcome';

/** A table of counts. */
export interface Rollup {
  readonly table: string;
  readonly columns: readonly CountColumn[];
}

/**
 * What the worker counts, the smallest first. Not one table with every column: in that, nearly every entry would be a row of its own,
 * and reading it would be no faster than reading the log.
 */
export const rollups: readonly Rollup[] = [
  { table: 'audit_counts_by_action', columns: ['action', 'resource_type', 'outcome'] },
  { table: 'audit_counts_by_org', columns: ['org_id', 'action', 'resource_type', 'outcome'] },
  { table: 'audit_counts_by_actor', columns: ['actor_id', 'org_id', 'outcome'] },
];

/** Lengths of the buckets that are counted, in UTC, the longest first. */
export const grains = ['month', 'day', 'hour'] as const;
export type Grain = (typeof grains)[number];

/** The smallest table of counts that answers a filter and tells these columns apart; undefined where only the log itself can. */
export function rollupFor(filter: AuditFilter, columns: readonly CountColumn[]): Rollup | undefined {
  if (filter.resourceId || filter.search || filter.changedField) return undefined;
  const { orgId, actor, actorId, actorIds, actions, resourceType, resourceTypes, outcome } = filter;
  const needed = new Set<CountColumn>(columns);
  if (orgId) needed.add('org_id');
  if (actor || actorId || actorIds) needed.add('actor_id');
  if (actions) needed.add('action');
  if (resourceType || resourceTypes) needed.add('resource_type');
  if (outcome) needed.add('outcome');
  return rollups.find((rollup) => [...needed].every((column) => rollup.columns.includes(column)));
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
export function startOfBucket(at: number, grain: Grain): number {
  if (!Number.isFinite(at)) return at;
  if (grain === 'hour') return Math.floor(at / hourMs) * hourMs;
  if (grain === 'day') return Math.floor(at / dayMs) * dayMs;
  const day = new Date(at);
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth());
}

function nextBucket(at: number, grain: Grain): number {
  const start = startOfBucket(at, grain);
  if (start === at) return at;
  if (grain === 'hour') return start + hourMs;
  if (grain === 'day') return start + dayMs;
  const day = new Date(start);
  return Date.UTC(day.getUTCFullYear(), day.getUTCMonth() + 1);
}

/**
 * Covers a window with as few whole buckets as possible: months in the middle, days and hours at the ends.
 * @param start milliseconds, or -Infinity
 * @param end milliseconds, excluded, or Infinity
 * @param coarsest the longest bucket that may be used
 * @returns stretches side by side, the earliest first. They are all of the window but for less than an hour at each end
 */
export function stretchesOf(start: number, end: number, coarsest: Grain): Stretch[] {
  const finer = grains[grains.indexOf(coarsest) + 1];
  const [first, last] = [nextBucket(start, coarsest), startOfBucket(end, coarsest)];
  if (first >= last) return finer ? stretchesOf(start, end, finer) : [];
  const middle: Stretch = { grain: coarsest, start: first, end: last };
  return finer ? [...stretchesOf(start, first, finer), middle, ...stretchesOf(last, end, finer)] : [middle];
}
