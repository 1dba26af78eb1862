import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Int, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../context.js';
import type { RowOf } from '../db/shape.js';
import { type Connection, connectionOf } from '../graphql/connection.js';
import { PagedArgs } from '../graphql/pageArgs.js';
import { JSONObject, UUID } from '../graphql/scalars.js';
import { connectionSelectionOf, selectionOf } from '../graphql/selection.js';
import { AuditBucket, AuditDimension } from './audit.enums.js';
import { AuditFilter } from './audit.filter.js';
import { AuditChange, AuditCount, AuditEntry, AuditEntryConnection, AuditEntryOrder, AuditSeriesGroup, AuditStats } from './audit.types.js';
import { auditResourceTypes, auditSeries, auditStats, auditTop, boundedTotal, countEntries, type Total } from './counts/counts.service.js';
import { findEntry, listEntries } from './entries.service.js';
import { looked, searched } from './repeats/readings.js';
import { snapshotsOf } from './snapshots/entrySnapshots.js';
import { changedFields } from './snapshots/redaction.js';

const filterDescription = 'Which entries; all of them where it is left out.';

@Resolver(() => AuditEntry)
export class AuditResolver {
  @Query(() => AuditEntryConnection, { description: 'The trail of the whole platform, the latest entry first where no order is given.' })
  async auditEntries(
    @Arg('filter', () => AuditFilter, { nullable: true, description: filterDescription }) filter: AuditFilter | null,
    @Arg('orderBy', () => AuditEntryOrder, { nullable: true }) orderBy: AuditEntryOrder | null,
    @Args(() => PagedArgs) page: PagedArgs,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<AuditPage> {
    const selection = connectionSelectionOf(info);
    const wantsBounded = selection.wantsTotal || selectionOf(info).has('totalIsEstimate');
    const [entries, total] = await searched(
      ctx,
      filter,
      Promise.all([listEntries(ctx, filter, orderBy, page, selection), wantsBounded ? boundedTotal(ctx, filter) : undefined]),
    );
    return Object.assign(connectionOf(entries), total, { filter });
  }

  @Query(() => AuditEntry, { nullable: true, description: 'One entry of the trail.' })
  auditEntry(@Arg('id', () => UUID) id: string, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return looked(ctx, findEntry(ctx, id, selectionOf(info)));
  }

  @Query(() => AuditStats, { description: 'The entries, counted.' })
  auditStats(
    @Arg('filter', () => AuditFilter, { nullable: true, description: filterDescription }) filter: AuditFilter | null,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return searched(ctx, filter, auditStats(ctx, filter, selectionOf(info)));
  }

  @Query(() => [String], { description: 'Every type of object that the trail tells of, in order.' })
  auditResourceTypes(@Ctx() ctx: Context) {
    return auditResourceTypes(ctx);
  }

  @Query(() => [AuditSeriesGroup], {
    description: 'Entries over time: a group for each value of `groupBy`, the one with the most entries first. At most 50,000 points.',
  })
  auditSeries(
    @Arg('filter', () => AuditFilter, { nullable: true, description: filterDescription }) filter: AuditFilter | null,
    @Arg('bucket', () => AuditBucket, { description: 'How long a point is.' }) bucket: AuditBucket,
    @Arg('groupBy', () => AuditDimension, { nullable: true, description: 'What is told apart; one group in all where it is left out.' })
    groupBy: AuditDimension | null,
    @Arg('timeZone', () => String, { defaultValue: 'UTC', description: 'Whose hours, days, weeks and months: an IANA name.' })
    timeZone: string,
    @Ctx() ctx: Context,
  ) {
    return searched(ctx, filter, auditSeries(ctx, { filter, bucket, groupBy, timeZone }));
  }

  @Query(() => [AuditCount], { description: 'The actions, resource types, actors or orgs with the most entries, the most first.' })
  auditTop(
    @Arg('filter', () => AuditFilter, { nullable: true, description: filterDescription }) filter: AuditFilter | null,
    @Arg('by', () => AuditDimension, { description: 'What is told apart.' }) by: AuditDimension,
    @Arg('first', () => Int, { defaultValue: 10, description: 'How many: 1 to 100.' }) first: number,
    @Ctx() ctx: Context,
  ) {
    return searched(ctx, filter, auditTop(ctx, filter, by, first));
  }

  @FieldResolver(() => JSONObject, {
    nullable: true,
    description:
      'The object as it was, as far as the trail keeps it; null where there was none, and while the org’s data can’t be reached.',
  })
  async before(@Root() entry: RowOf<AuditEntry>, @Ctx() ctx: Context) {
    return (await snapshotsOf(ctx, entry.key, entry.orgId ?? null)).before;
  }

  @FieldResolver(() => JSONObject, {
    nullable: true,
    description:
      'The object as it was left, as far as the trail keeps it; null where none is left, and while the org’s data can’t be reached.',
  })
  async after(@Root() entry: RowOf<AuditEntry>, @Ctx() ctx: Context) {
    return (await snapshotsOf(ctx, entry.key, entry.orgId ?? null)).after;
  }

  @FieldResolver(() => [AuditChange], {
    nullable: true,
    description: 'What differs before and after, field by field; null where neither is known.',
  })
  async changes(@Root() entry: RowOf<AuditEntry>, @Ctx() ctx: Context): Promise<AuditChange[] | null> {
    const { before, after } = await snapshotsOf(ctx, entry.key, entry.orgId ?? null);
    if (!before && !after) return null;
    return changedFields(before, after).map((field) => ({ field, before: before?.[field] ?? null, after: after?.[field] ?? null }));
  }
}

/** A page, with what its totals are counted by. */
type AuditPage = Connection<RowOf<AuditEntry>> & Partial<Total> & { readonly filter: AuditFilter | null };

@Resolver(() => AuditEntryConnection)
export class AuditTotalsResolver {
  @FieldResolver(() => Boolean, {
    description:
      'Whether `totalCount` is an estimate: beyond 100,000, where the filter has a text, an object’s id or a changed field, or both an actor and an action or a type.',
  })
  totalIsEstimate(@Root() page: AuditPage) {
    return page.totalIsEstimate;
  }

  @FieldResolver(() => Int, { description: 'The total, never an estimate: counted to the last, however long it takes.' })
  exactTotalCount(@Root() page: AuditPage, @Ctx() ctx: Context) {
    return countEntries(ctx, page.filter);
  }
}
