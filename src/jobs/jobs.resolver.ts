import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Int, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql';
import type { Context, StreamContext } from '../context.js';
import type { RowOf } from '../db/shape.js';
import { connectionOf } from '../graphql/connection.js';
import { PagedArgs } from '../graphql/pageArgs.js';
import { UUID } from '../graphql/scalars.js';
import { below, connectionSelectionOf, fieldsOf, selectionOf } from '../graphql/selection.js';
import { Org } from '../orgs/orgs.types.js';
import { jobEvents } from './jobEvents.service.js';
import { cancelJob, findJob, jobsOfOrg, listJobs } from './jobs.service.js';
import { Job, JobConnection, JobEvent, JobFilter, JobPayload, SeedOrgInput } from './jobs.types.js';
import { moveOrg } from './moving/moveOrg.service.js';
import { seedOrg } from './seeding/seedOrg.service.js';

@Resolver(() => Job)
export class JobsResolver {
  @Query(() => Job, { nullable: true, description: 'One job.' })
  job(@Arg('id', () => UUID) id: string, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return findJob(ctx, id, selectionOf(info));
  }

  @Query(() => JobConnection, { description: 'All jobs of the kinds that the caller may ask for, the latest first.' })
  async jobs(
    @Arg('filter', () => JobFilter, { nullable: true }) filter: JobFilter | null,
    @Args(() => PagedArgs) page: PagedArgs,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return connectionOf(await listJobs(ctx, filter, page, connectionSelectionOf(info)));
  }

  @Mutation(() => JobPayload, { description: 'Queues a job that fills an org with demo data. What exists is skipped, never replaced.' })
  async seedOrg(
    @Arg('orgId', () => UUID) orgId: string,
    @Arg('input', () => SeedOrgInput, { nullable: true }) input: SeedOrgInput | null,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return { job: await seedOrg(ctx, orgId, input, below(selectionOf(info), 'job')) };
  }

  @Mutation(() => JobPayload, {
    description:
      'Queues a job that moves an org to another shard. The org can be read all the time, and can’t be written to from the last comparison ' +
      'of both copies until the switch: for `writesRefusedMs` of the job’s statistics. The old copy is kept until `oldCopyKeptUntil`.',
  })
  async moveOrg(
    @Arg('orgId', () => UUID) orgId: string,
    @Arg('shardId', () => UUID) shardId: string,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return { job: await moveOrg(ctx, orgId, shardId, below(selectionOf(info), 'job')) };
  }

  @Mutation(() => JobPayload, { description: 'Asks for a job to be stopped: at once where it waits, before its next batch where it runs.' })
  async cancelJob(@Arg('id', () => UUID) id: string, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return { job: await cancelJob(ctx, id, below(selectionOf(info), 'job')) };
  }

  @Subscription(() => JobEvent, {
    description: 'The events of a job, from its first or from behind one that the caller has seen; ends with the job.',
    async subscribe({ args, context }) {
      // type-graphql types neither: the arguments are those of the method below, the context is what the stream's transport made.
      const ctx = context as StreamContext;
      await findJob(ctx, args.id, fieldsOf(['id']));
      return jobEvents(ctx, args.id, args.after ?? 0, ctx.signal);
    },
  })
  jobProgress(
    @Root() event: JobEvent,
    @Arg('id', () => UUID) _id: string,
    @Arg('after', () => Int, { nullable: true, description: 'The number of the last event that the caller has seen.' })
    _after: number | null,
  ): JobEvent {
    return event;
  }
}

@Resolver(() => Org)
export class OrgJobsResolver {
  @FieldResolver(() => JobConnection, { description: 'The org’s jobs, the latest first.' })
  async jobs(
    @Root() org: RowOf<Org>,
    @Arg('filter', () => JobFilter, { nullable: true }) filter: JobFilter | null,
    @Args(() => PagedArgs) page: PagedArgs,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return connectionOf(await jobsOfOrg(ctx, org, filter, page, connectionSelectionOf(info)));
  }
}
