import { type RawBuilder, sql } from 'kysely';
import type { Context } from '../../context.js';
import { all } from '../../db/page.js';
import { Invalid } from '../../errors.js';
import type { Selection } from '../../graphql/selection.js';
import type { AuditBucket, AuditDimension } from '../audit.enums.js';
import { type AuditFilter, auditConditions, windowOf } from '../audit.filter.js';
import type { AuditCount, AuditSeriesGroup, AuditSeriesPoint, AuditStats, ResourceTypeCount } from '../audit.types.js';
import { countedEntries } from './countedEntries.js';
import { daysBy } from './dayCounts.js';
import { type DaySeriesRow, daySeriesRows, isoSecond, numbersIn, seriesOfDays } from './daySeries.js';
import { type Grain, rollupFor, stretchesOf } from './rollups.js';
import { hasWholeHours, isTimeZone } from './timeZones.js';

type AnyFilter = AuditFilter | null | undefined;

/** How many entries a filter lets through, exactly. @throws Invalid */
export async function countEntries(ctx: Pick<Context, 'reads'>, filter: AnyFilter): Promise<number> {
  const counted = countedEntries(filter ?? {}, { columns: [], coarsest: 'ever' });
  const { rows } = await sql<{ total: number }>`/* audit total */
    select coalesce(sum(c.count), 0)::int as total from ${counted} c`.execute(ctx.reads);
  return rows[0]?.total ?? 0;
}

/** Entries that are counted one by one before a total is estimated. */
const exactUpTo = 100_000;

/** A total, and whether it is the database's estimate. */
export interface Total {
  readonly totalCount: number;
  readonly totalIsEstimate: boolean;
}

/** How many entries a filter lets through: exactly where it was counted ahead or is at most 100,000, else roughly. @throws Invalid */
export async function boundedTotal(ctx: Context, filter: AnyFilter): Promise<Total> {
  if (rollupFor(filter ?? {}, [])) return { totalCount: await countEntries(ctx, filter), totalIsEstimate: false };
  const where = all(auditConditions(filter));
  const { rows } = await sql<{ total: number }>`/* audit total, bounded */ select count(*)::int as total
    from (select from platform_audit_log e where ${where} limit ${exactUpTo + 1}) c`.execute(ctx.reads);
  const counted = rows[0]?.total ?? 0;
  if (counted <= exactUpTo) return { totalCount: counted, totalIsEstimate: false };
  const plan = await sql<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }>`explain (format json)
    select from platform_audit_log e where ${where}`.execute(ctx.reads);
  const estimate = plan.rows[0]?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0;
  return { totalCount: Math.max(counted, Math.round(estimate)), totalIsEstimate: true };
}

/** Entries counted, as far as asked for. @throws Invalid */
export async function auditStats(ctx: Context, filter: AnyFilter, selection: Selection): Promise<Partial<AuditStats>> {
  const wants = (...fields: readonly (keyof AuditStats)[]) => fields.some((field) => selection.has(field));
  const [kinds, today, distinctActors] = await Promise.all([
    wants('totalEntries', 'byAction', 'byResourceType') ? countByKind(ctx, filter ?? {}) : undefined,
    wants('todayCount', 'activeActorsToday') ? countToday(ctx, filter ?? {}) : undefined,
    wants('distinctActors') ? countActors(ctx, filter ?? {}) : undefined,
  ]);
  return { ...kinds, ...today, ...(distinctActors !== undefined && { distinctActors }) };
}

async function countByKind(ctx: Context, filter: AuditFilter) {
  const counted = countedEntries(filter, { columns: ['action', 'resource_type'], coarsest: 'ever' });
  const { rows } = await sql<{ action: string; resource_type: string; count: number }>`/* audit stats */
    select c.action, c.resource_type, sum(c.count)::int as count from ${counted} c group by 1, 2 order by 1, 2`.execute(ctx.reads);
  const byAction = new Map<string, number>();
  const byType = new Map<string, number>();
  for (const { action, resource_type: type, count } of rows) {
    byAction.set(action, (byAction.get(action) ?? 0) + count);
    byType.set(type, (byType.get(type) ?? 0) + count);
  }
  const types: ResourceTypeCount[] = [...byType].map(([resourceType, count]) => ({ resourceType, count }));
  return {
    totalEntries: rows.reduce((sum, { count }) => sum + count, 0),
    byAction: Object.fromEntries(byAction),
    byResourceType: types.sort((a, b) => b.count - a.count || (a.resourceType < b.resourceType ? -1 : 1)),
  };
}

/** What a filter lets through of the current day, in UTC. */
async function countToday(ctx: Context, filter: AuditFilter) {
  const counted = countedEntries(filter, { columns: ['actor_id'], coarsest: 'day' });
  const { rows } = await sql<{ count: number; actors: number }>`/* audit stats of today */
    select coalesce(sum(c.count), 0)::int as count, count(distinct c.actor_id)::int as actors from ${counted} c
    where c.at >= date_trunc('day', now(), 'UTC') and c.at < date_trunc('day', now(), 'UTC') + interval '1 day'`.execute(ctx.reads);
  return { todayCount: rows[0]?.count ?? 0, activeActorsToday: rows[0]?.actors ?? 0 };
}

async function countActors(ctx: Context, filter: AuditFilter): Promise<number> {
  const counted = countedEntries(filter, { columns: ['actor_id'], coarsest: 'ever' });
  const { rows } = await sql<{ actors: number }>`/* audit actors */
    select count(distinct c.actor_id)::int as actors from ${counted} c`.execute(ctx.reads);
  return rows[0]?.actors ?? 0;
}

/** Every type of an object that the trail tells of, in order. */
export async function auditResourceTypes(ctx: Context): Promise<string[]> {
  const counted = countedEntries({}, { columns: ['resource_type'], coarsest: 'ever' });
  const { rows } = await sql<{ type: string }>`/* audit resource types */
    select distinct c.resource_type as type from ${counted} c order by 1`.execute(ctx.reads);
  return rows.map(({ type }) => type);
}

const maxTop = 100;

/** The values with the most entries, the most first. @throws Invalid */
export async function auditTop(ctx: Context, filter: AnyFilter, by: AuditDimension, first: number): Promise<AuditCount[]> {
  if (first < 1 || first > maxTop) throw Invalid.field(['first'], `A list of the top has between 1 and ${maxTop} values.`);
  const counted = countedEntries(filter ?? {}, { columns: [by], coarsest: 'ever' });
  const { rows } = await sql<AuditCount>`/* audit top */
    select t.key, ${labelOf(by)} as label, t.count from (
      select ${sql.ref(`c.${by}`)} as key, sum(c.count)::int as count from ${counted} c group by 1 order by count desc, key limit ${first}
    ) t order by t.count desc, t.key`.execute(ctx.reads);
  return rows;
}

/** The name of what a key `t.key` stands for, as it is now. */
function labelOf(by: AuditDimension): RawBuilder<unknown> {
  if (by === 'org_id') return sql`(select o.name from orgs o where o.public_id = t.key)`;
  // Not every actor is a user. The ids are compared as what they are indexed as.
  if (by === 'actor_id')
    return sql`(select u.display_name from users u where u.public_id = case when t.key ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then t.key::uuid end)`;
  return sql`null`;
}

/** Points of one answer; more is a mistake of the caller's. A constant, and so it stands in the text of statements. */
const maxPoints = 50_000;

/** What a series is of. */
export interface SeriesArgs {
  readonly filter?: AuditFilter | null;
  readonly bucket: AuditBucket;
  readonly groupBy?: AuditDimension | null;
  readonly timeZone: string;
}

/**
 * Entries over time, in the hours, days, weeks or months of a time zone; one group for each value of `groupBy`, the most first, or one in all.
 * @throws Invalid also where the answer would have more than 50,000 points
 */
export async function auditSeries(ctx: Context, args: SeriesArgs): Promise<AuditSeriesGroup[]> {
  if (!isTimeZone(args.timeZone)) throw Invalid.field(['timeZone'], 'This is no time zone of the IANA database, such as Europe/Zurich.');
  const groups = (await seriesByDays(ctx, args)) ?? (await seriesByRows(ctx, args));
  if (groups.reduce((sum, { points }) => sum + points.length, 0) > maxPoints) {
    throw Invalid.field(['bucket'], `The series would have more than ${maxPoints} points: narrow the filter, or take longer buckets.`);
  }
  return groups.sort((a, b) => b.count - a.count || String(a.key).localeCompare(String(b.key)));
}

/** From the days of whole months, and what is not in them; undefined where these tell too little apart. */
async function seriesByDays(ctx: Context, { filter, bucket, groupBy, timeZone }: SeriesArgs): Promise<AuditSeriesGroup[] | undefined> {
  const columns = groupBy ? [groupBy] : [];
  const by = daysBy(filter ?? {}, columns);
  const { start, end } = windowOf(filter ?? {});
  const days = stretchesOf(start, end, ['day']).at(0);
  if (!by || !days || !hasWholeHours(timeZone)) return undefined;
  const others = countedEntries(filter ?? {}, { columns, coarsest: 'day', except: 'day', bucket: { unit: bucket, timeZone } });
  const { rows } = await sql<DaySeriesRow>`/* audit series */
    ${daySeriesRows({ by, filter: filter ?? {}, groupBy: groupBy ?? null, unit: bucket, timeZone, days })}
    union all (select 'others', ${groupBy ? sql.ref(`c.${groupBy}`) : sql`null`}, date_part('epoch', c.at)::bigint, null, null, sum(c.count)::text
      from ${others} c group by 2, 3 limit ${sql.lit(maxPoints + 1)})`.execute(ctx.reads);
  return seriesOfDays(rows, days);
}

/** By its own counts of each bucket, or from the log. */
async function seriesByRows(ctx: Context, { filter, bucket, groupBy, timeZone }: SeriesArgs): Promise<AuditSeriesGroup[]> {
  const of = { columns: groupBy ? [groupBy] : [], coarsest: grainFor(bucket, timeZone), bucket: { unit: bucket, timeZone } };
  const counted = countedEntries(filter ?? {}, of);
  const key = groupBy ? sql.ref(`c.${groupBy}`) : sql`null::text`;
  const { rows } = await sql<SeriesRow>`/* audit series */
    select t.key, ${groupBy ? labelOf(groupBy) : sql`null`} as label, sum(t.count)::int as count,
      array_agg(date_part('epoch', t.start)::bigint)::text as starts, array_agg(t.count)::text as counts
    from (select ${key} as key, c.at as start, sum(c.count)::int as count from ${counted} c group by 1, 2 limit ${sql.lit(maxPoints + 1)}) t
    group by t.key`.execute(ctx.reads);
  return rows.map(({ starts, counts, ...group }) => ({ ...group, points: pointsOf(numbersIn(starts), numbersIn(counts)) }));
}

/** A group in one row: to send and to read a row for each point takes longer than to count them. */
interface SeriesRow {
  readonly key: string | null;
  readonly label: string | null;
  readonly count: number;
  /** Seconds since 1970, as the text of an array. */
  readonly starts: string;
  readonly counts: string;
}

function pointsOf(starts: readonly number[], counts: readonly number[]): AuditSeriesPoint[] {
  return starts
    .map((second, i) => ({ second, count: counts[i] ?? 0 }))
    .sort((a, b) => a.second - b.second)
    .map(({ second, count }) => ({ start: isoSecond(second), count }));
}

/** The longest bucket in UTC whose every moment is in one bucket of the time zone; null where not even an hour is. */
function grainFor(bucket: AuditBucket, timeZone: string): Grain | null {
  if (timeZone === 'UTC') return bucket === 'week' ? 'day' : bucket;
  return hasWholeHours(timeZone) ? 'hour' : null;
}
