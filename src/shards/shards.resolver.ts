import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Info, Mutation, Query, Resolver } from 'type-graphql';
import type { Context } from '../context.js';
import { connectionOf } from '../graphql/connection.js';
import { PagedArgs } from '../graphql/pageArgs.js';
import { UUID } from '../graphql/scalars.js';
import { below, connectionSelectionOf, selectionOf } from '../graphql/selection.js';
import { archiveShard, createShard, findShard, listShards, updateShard } from './shards.service.js';
import { CreateShardInput, Shard, ShardConnection, ShardFilter, ShardPayload, UpdateShardInput } from './shards.types.js';

@Resolver(() => Shard)
export class ShardsResolver {
  @Query(() => ShardConnection, {
    description: 'The shards, by name, archived ones with them where the filter does not say otherwise.',
  })
  async shards(
    @Arg('filter', () => ShardFilter, { nullable: true }) filter: ShardFilter | null,
    @Args(() => PagedArgs) page: PagedArgs,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return connectionOf(await listShards(ctx, filter, page, connectionSelectionOf(info)));
  }

  @Query(() => Shard, { nullable: true, description: 'One shard.' })
  shard(@Arg('id', () => UUID) id: string, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return findShard(ctx, id, selectionOf(info));
  }

  @Mutation(() => ShardPayload, { description: 'Registers a shard, once its database was reached and found fit.' })
  async createShard(@Arg('input', () => CreateShardInput) input: CreateShardInput, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return { shard: await createShard(ctx, input, below(selectionOf(info), 'shard')) };
  }

  @Mutation(() => ShardPayload, { description: 'Changes the named fields of a shard.' })
  async updateShard(
    @Arg('id', () => UUID) id: string,
    @Arg('input', () => UpdateShardInput) input: UpdateShardInput,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return { shard: await updateShard(ctx, id, input, below(selectionOf(info), 'shard')) };
  }

  @Mutation(() => ShardPayload, { description: 'Archives a shard: it takes no new org for good; those that live on it stay.' })
  async archiveShard(@Arg('id', () => UUID) id: string, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return { shard: await archiveShard(ctx, id, below(selectionOf(info), 'shard')) };
  }
}
