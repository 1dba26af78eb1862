import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import { actorOf, type Context } from '../context.js';
import type { RowOf } from '../db/shape.js';
import { connectionOf } from '../graphql/connection.js';
import { PagedArgs } from '../graphql/pageArgs.js';
import { JSONObject, UUID } from '../graphql/scalars.js';
import { below, connectionSelectionOf, selectionOf } from '../graphql/selection.js';
import { effectivePermissionsOf, groupsOfUser } from '../groups/groups.service.js';
import { Group } from '../groups/groups.types.js';
import { membershipsOfUser } from '../orgs/memberships.service.js';
import { OrgMembership } from '../orgs/memberships.types.js';
import { createUser } from './createUser.service.js';
import { deleteUser } from './deleteUser.service.js';
import { deactivateUser, reactivateUser } from './lifecycle.service.js';
import type { JsonObject } from './mergePatch.js';
import { updateMyPreferences, updateUser } from './updateUser.service.js';
import { findUser, listUsers } from './users.service.js';
import {
  CreateUserInput,
  CreateUserPayload,
  DeleteUserPayload,
  UpdateMyPreferencesPayload,
  UpdateUserInput,
  UpdateUserPayload,
  User,
  UserConnection,
  UserFilter,
  UserLifecyclePayload,
  UserOrder,
} from './users.types.js';

@Resolver(() => User)
export class UsersResolver {
  @Query(() => User, { description: 'The caller.' })
  me(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return findUser(ctx, actorOf(ctx).id, selectionOf(info));
  }

  @Query(() => User, { nullable: true, description: 'One user.' })
  user(
    @Arg('id', () => UUID) id: string,
    @Arg('workspaceId', () => UUID, { nullable: true, description: 'Where it is given: as a member of this workspace.' })
    workspaceId: string | null,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return findUser(ctx, id, selectionOf(info), workspaceId);
  }

  @Query(() => UserConnection, { description: 'All users of the platform, by name where no order is given.' })
  async users(
    @Arg('filter', () => UserFilter, { nullable: true }) filter: UserFilter | null,
    @Arg('orderBy', () => UserOrder, { nullable: true }) orderBy: UserOrder | null,
    @Args(() => PagedArgs) page: PagedArgs,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return connectionOf(await listUsers(ctx, filter, orderBy, page, connectionSelectionOf(info)));
  }

  @FieldResolver(() => [OrgMembership], { description: 'The user’s place in each of their orgs, by the org’s name.' })
  orgMemberships(@Root() user: RowOf<User>, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return membershipsOfUser(ctx, user.key, selectionOf(info));
  }

  @FieldResolver(() => [Group], { description: 'Groups whose permissions the user has now, by name.' })
  groups(@Root() user: RowOf<User>, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return groupsOfUser(ctx, user.key, selectionOf(info));
  }

  @FieldResolver(() => [String], { description: 'Keys of the permissions that the user has now, in order.' })
  effectivePermissions(@Root() user: RowOf<User>, @Ctx() ctx: Context) {
    return effectivePermissionsOf(ctx, user.key);
  }

  @Mutation(() => CreateUserPayload, {
    description: 'Makes a user who signs in with the given password, in an org that the caller administers.',
  })
  async createUser(@Arg('input', () => CreateUserInput) input: CreateUserInput, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return { user: await createUser(ctx, input, below(selectionOf(info), 'user')) };
  }

  @Mutation(() => DeleteUserPayload, {
    description:
      'Deletes a user: they are in no list, their sessions, keys and memberships end, their names are free. The trail keeps them.',
  })
  async deleteUser(@Arg('id', () => UUID) id: string, @Ctx() ctx: Context) {
    return { deletedId: await deleteUser(ctx, id) };
  }

  @Mutation(() => UpdateUserPayload, { description: 'Changes the named fields of a user.' })
  async updateUser(
    @Arg('id', () => UUID) id: string,
    @Arg('input', () => UpdateUserInput) input: UpdateUserInput,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return { user: await updateUser(ctx, id, input, below(selectionOf(info), 'user')) };
  }

  @Mutation(() => UserLifecyclePayload, {
    description: 'Closes the platform to a user: memberships and groups are suspended, sessions ended.',
  })
  async deactivateUser(@Arg('id', () => UUID) id: string, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return { user: await deactivateUser(ctx, id, below(selectionOf(info), 'user')) };
  }

  @Mutation(() => UserLifecyclePayload, { description: 'Undoes exactly what deactivating a user did.' })
  async reactivateUser(@Arg('id', () => UUID) id: string, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return { user: await reactivateUser(ctx, id, below(selectionOf(info), 'user')) };
  }

  @Mutation(() => UpdateMyPreferencesPayload, {
    description: 'Merges a patch into the caller’s preferences: objects are merged, null removes, anything else replaces (RFC 7396).',
  })
  async updateMyPreferences(
    @Arg('preferences', () => JSONObject) preferences: JsonObject,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return { user: await updateMyPreferences(ctx, preferences, below(selectionOf(info), 'user')) };
  }
}
