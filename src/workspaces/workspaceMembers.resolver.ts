import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../context.js';
import type { RowOf } from '../db/shape.js';
import { connectionOf } from '../graphql/connection.js';
import { PagedArgs } from '../graphql/pageArgs.js';
import { UUID } from '../graphql/scalars.js';
import { below, connectionSelectionOf, selectionOf } from '../graphql/selection.js';
import { User } from '../users/users.types.js';
import {
  addWorkspaceMember,
  changeWorkspaceMemberRole,
  listWorkspaceMembers,
  membersOfWorkspace,
  removeWorkspaceMember,
  workspaceMembershipsOfUser,
} from './workspaceMembers.service.js';
import {
  AddWorkspaceMemberInput,
  ChangeWorkspaceMemberRoleInput,
  RemoveWorkspaceMemberPayload,
  WorkspaceMember,
  WorkspaceMemberConnection,
  WorkspaceMemberFilter,
  WorkspaceMemberOrder,
  WorkspaceMemberPayload,
} from './workspaceMembers.types.js';
import { WorkspacePlaceArgs } from './workspacePlace.args.js';
import { Workspace } from './workspaces.types.js';

@Resolver(() => Workspace)
export class WorkspaceMembersResolver {
  @Query(() => WorkspaceMemberConnection, { description: 'The members of one workspace, by name where no order is given.' })
  async workspaceMembers(
    @Args(() => WorkspacePlaceArgs) place: WorkspacePlaceArgs,
    @Arg('filter', () => WorkspaceMemberFilter, { nullable: true }) filter: WorkspaceMemberFilter | null,
    @Arg('orderBy', () => WorkspaceMemberOrder, { nullable: true }) orderBy: WorkspaceMemberOrder | null,
    @Args(() => PagedArgs) page: PagedArgs,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return connectionOf(await listWorkspaceMembers(ctx, place, { filter, orderBy, ...page }, connectionSelectionOf(info)));
  }

  @FieldResolver(() => WorkspaceMemberConnection, { description: 'Who works in the workspace, by name where no order is given.' })
  async members(
    @Root() workspace: RowOf<Workspace>,
    @Arg('filter', () => WorkspaceMemberFilter, { nullable: true }) filter: WorkspaceMemberFilter | null,
    @Arg('orderBy', () => WorkspaceMemberOrder, { nullable: true }) orderBy: WorkspaceMemberOrder | null,
    @Args(() => PagedArgs) page: PagedArgs,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return connectionOf(await membersOfWorkspace(ctx, workspace.key, { filter, orderBy, ...page }, connectionSelectionOf(info)));
  }

  @Mutation(() => WorkspaceMemberPayload, { description: 'Adds an active member of the org to a workspace.' })
  async addWorkspaceMember(
    @Args(() => WorkspacePlaceArgs) place: WorkspacePlaceArgs,
    @Arg('input', () => AddWorkspaceMemberInput) input: AddWorkspaceMemberInput,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return { member: await addWorkspaceMember(ctx, place, input, below(selectionOf(info), 'member')) };
  }

  @Mutation(() => WorkspaceMemberPayload, { description: 'Gives a member of a workspace another role.' })
  async changeWorkspaceMemberRole(
    @Args(() => WorkspacePlaceArgs) place: WorkspacePlaceArgs,
    @Arg('userId', () => UUID) userId: string,
    @Arg('input', () => ChangeWorkspaceMemberRoleInput) input: ChangeWorkspaceMemberRoleInput,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return { member: await changeWorkspaceMemberRole(ctx, place, userId, input, below(selectionOf(info), 'member')) };
  }

  @Mutation(() => RemoveWorkspaceMemberPayload, { description: 'Takes a member out of a workspace; anyone may take themselves out.' })
  async removeWorkspaceMember(
    @Args(() => WorkspacePlaceArgs) place: WorkspacePlaceArgs,
    @Arg('userId', () => UUID) userId: string,
    @Ctx() ctx: Context,
  ) {
    return { removedUserId: await removeWorkspaceMember(ctx, place, userId) };
  }
}

@Resolver(() => User)
export class WorkspaceMembershipsResolver {
  @FieldResolver(() => [WorkspaceMember], {
    description: 'The user’s places in workspaces that are not archived, by the workspace’s name.',
  })
  workspaceMemberships(@Root() user: RowOf<User>, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return workspaceMembershipsOfUser(ctx, user.key, selectionOf(info));
  }
}
