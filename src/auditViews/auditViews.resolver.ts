import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Info, Int, Mutation, Query, Resolver } from 'type-graphql';
import type { Context } from '../context.js';
import { connectionOf } from '../graphql/connection.js';
import { PagedArgs } from '../graphql/pageArgs.js';
import { UUID } from '../graphql/scalars.js';
import { below, connectionSelectionOf, selectionOf } from '../graphql/selection.js';
import { createView, deleteView, findView, listViews, updateView } from './auditViews.service.js';
import {
  AuditView,
  AuditViewConnection,
  AuditViewPayload,
  CreateAuditViewInput,
  DeleteAuditViewPayload,
  UpdateAuditViewInput,
} from './auditViews.types.js';

@Resolver(() => AuditView)
export class AuditViewsResolver {
  @Query(() => AuditViewConnection, { description: 'The caller’s views of the trail, and those that others share, by name.' })
  async auditViews(@Args(() => PagedArgs) page: PagedArgs, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return connectionOf(await listViews(ctx, page, connectionSelectionOf(info)));
  }

  @Query(() => AuditView, { nullable: true, description: 'One view of the trail: the caller’s own, or one that is shared.' })
  auditView(@Arg('id', () => UUID) id: string, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return findView(ctx, id, selectionOf(info));
  }

  @Mutation(() => AuditViewPayload, { description: 'Keeps a filter of the trail.' })
  async createAuditView(
    @Arg('input', () => CreateAuditViewInput) input: CreateAuditViewInput,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return { view: await createView(ctx, input, below(selectionOf(info), 'view')) };
  }

  @Mutation(() => AuditViewPayload, { description: 'Changes the named fields of a view of the caller’s.' })
  async updateAuditView(
    @Arg('id', () => UUID) id: string,
    @Arg('input', () => UpdateAuditViewInput) input: UpdateAuditViewInput,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return { view: await updateView(ctx, id, input, below(selectionOf(info), 'view')) };
  }

  @Mutation(() => DeleteAuditViewPayload, { description: 'Removes a view of the caller’s for good.' })
  async deleteAuditView(
    @Arg('id', () => UUID) id: string,
    @Arg('baseVersion', () => Int, { nullable: true, description: 'The version that is meant, where it matters.' })
    baseVersion: number | null,
    @Ctx() ctx: Context,
  ) {
    await deleteView(ctx, id, baseVersion);
    return { deletedId: id };
  }
}
