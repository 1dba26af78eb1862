import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../context.js';
import type { RowOf } from '../db/shape.js';
import { connectionOf } from '../graphql/connection.js';
import { PagedArgs } from '../graphql/pageArgs.js';
import { DateTime, UUID } from '../graphql/scalars.js';
import { below, connectionSelectionOf, fieldsOf, selectionOf } from '../graphql/selection.js';
import { Group } from '../groups/groups.types.js';
import { Org } from '../orgs/orgs.types.js';
import { UpdateUserInput, User } from '../users/users.types.js';
import { createAdmin, findAdmin, listAdmins, revokeAdmin, updateAdmin } from './admins.service.js';
import {
  AdminConnection,
  AdminFilter,
  AdminPayload,
  AssignGroupInput,
  Assignment,
  AssignmentConnection,
  AssignmentFilter,
  AssignmentPayload,
  CreateAdminInput,
  GrantOrgAccessInput,
  OrgAccess,
  OrgAccessConnection,
  OrgAccessPayload,
  RemovedPayload,
} from './admins.types.js';
import { assignGroup, assignmentsOfGroup, assignmentsOfUser, setAssignmentExpiry, unassignGroup } from './assignments.service.js';
import { accessToOrg, grantOrgAccess, listOrgAccess, orgAccessOfUser, revokeOrgAccess, setGlobalAccess } from './orgAccess.service.js';

@Resolver(() => User)
export class AdminsResolver {
  @Query(() => AdminConnection, { description: 'The platform’s admins, by name.' })
  async admins(
    @Arg('filter', () => AdminFilter, { nullable: true }) filter: AdminFilter | null,
    @Args(() => PagedArgs) page: PagedArgs,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return connectionOf(await listAdmins(ctx, filter, page, connectionSelectionOf(info)));
  }

  @Query(() => User, { nullable: true, description: 'One admin.' })
  admin(@Arg('id', () => UUID) id: string, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return findAdmin(ctx, id, selectionOf(info));
  }

  @Query(() => [OrgAccess], { description: 'The orgs that an admin was granted access to, by name.' })
  adminOrgAccess(@Arg('adminId', () => UUID) adminId: string, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return listOrgAccess(ctx, adminId, selectionOf(info));
  }

  @FieldResolver(() => [Assignment], {
    description: 'The groups that the user was given, the earliest first, those that give nothing now with them.',
  })
  assignments(@Root() user: RowOf<User>, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return assignmentsOfUser(ctx, user.key, selectionOf(info));
  }

  @FieldResolver(() => [OrgAccess], { description: 'The orgs that the user, as an admin, was granted access to, by name.' })
  orgAccess(@Root() user: RowOf<User>, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return orgAccessOfUser(ctx, user.key, selectionOf(info));
  }

  @FieldResolver(() => Int, { description: 'To how many orgs the user, as an admin, was granted access.' })
  async orgAccessCount(@Root() user: RowOf<User>, @Ctx() ctx: Context) {
    return (await orgAccessOfUser(ctx, user.key, fieldsOf(['id']))).length;
  }

  @Mutation(() => AdminPayload, { description: 'Makes a user an admin; the user too, where nobody has the email.' })
  async createAdmin(@Arg('input', () => CreateAdminInput) input: CreateAdminInput, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return { admin: await createAdmin(ctx, input, below(selectionOf(info), 'admin')) };
  }

  @Mutation(() => AdminPayload, { description: 'Changes the named fields of an admin.' })
  async updateAdmin(
    @Arg('id', () => UUID) id: string,
    @Arg('input', () => UpdateUserInput) input: UpdateUserInput,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return { admin: await updateAdmin(ctx, id, input, below(selectionOf(info), 'admin')) };
  }

  @Mutation(() => AdminPayload, { description: 'Makes an admin a plain user again: their groups and their access to orgs are gone.' })
  async revokeAdmin(@Arg('id', () => UUID) id: string, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return { admin: await revokeAdmin(ctx, id, below(selectionOf(info), 'admin')) };
  }

  @Mutation(() => AssignmentPayload, { description: 'Gives an admin a group whose permissions the caller holds.' })
  async assignGroup(@Arg('input', () => AssignGroupInput) input: AssignGroupInput, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return { assignment: await assignGroup(ctx, input, below(selectionOf(info), 'assignment')) };
  }

  @Mutation(() => AssignmentPayload, { description: 'Sets when an admin’s assignment ends by itself; null for never.' })
  async setAssignmentExpiry(
    @Arg('adminId', () => UUID) adminId: string,
    @Arg('assignmentId', () => UUID) assignmentId: string,
    @Arg('expiresAt', () => DateTime, { nullable: true }) expiresAt: string | null,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    const selection = below(selectionOf(info), 'assignment');
    return { assignment: await setAssignmentExpiry(ctx, adminId, assignmentId, expiresAt ?? null, selection) };
  }

  @Mutation(() => RemovedPayload, { description: 'Takes a group from an admin.' })
  async unassignGroup(
    @Arg('adminId', () => UUID) adminId: string,
    @Arg('assignmentId', () => UUID) assignmentId: string,
    @Ctx() ctx: Context,
  ) {
    return { removedId: await unassignGroup(ctx, adminId, assignmentId) };
  }

  @Mutation(() => OrgAccessPayload, { description: 'Lets an admin work on an org that the caller can work on.' })
  async grantOrgAccess(
    @Arg('input', () => GrantOrgAccessInput) input: GrantOrgAccessInput,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return { orgAccess: await grantOrgAccess(ctx, input, below(selectionOf(info), 'orgAccess')) };
  }

  @Mutation(() => RemovedPayload, { description: 'Takes an admin’s access to an org.' })
  async revokeOrgAccess(@Arg('adminId', () => UUID) adminId: string, @Arg('orgId', () => UUID) orgId: string, @Ctx() ctx: Context) {
    return { removedId: await revokeOrgAccess(ctx, adminId, orgId) };
  }

  @Mutation(() => AdminPayload, { description: 'Lets an admin work on every org, or on no more than they were granted.' })
  async setGlobalAccess(
    @Arg('adminId', () => UUID) adminId: string,
    @Arg('isGlobal', () => Boolean) isGlobal: boolean,
    @Ctx() ctx: Context,
  ) {
    return { admin: await setGlobalAccess(ctx, adminId, isGlobal) };
  }
}

@Resolver(() => Group)
export class GroupAssignmentsResolver {
  @FieldResolver(() => AssignmentConnection, {
    description: 'Who was given the group, the earliest first, those to whom it gives nothing now with them.',
  })
  async assignments(
    @Root() group: RowOf<Group>,
    @Arg('filter', () => AssignmentFilter, { nullable: true }) filter: AssignmentFilter | null,
    @Args(() => PagedArgs) page: PagedArgs,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return connectionOf(await assignmentsOfGroup(ctx, group.key, { filter, ...page }, connectionSelectionOf(info)));
  }
}

@Resolver(() => Org)
export class OrgAccessResolver {
  @FieldResolver(() => OrgAccessConnection, {
    description: 'The admins who were granted access to the org, by name. Those with global access have it too, and are not among them.',
  })
  async access(@Root() org: RowOf<Org>, @Args(() => PagedArgs) page: PagedArgs, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return connectionOf(await accessToOrg(ctx, org.key, page, connectionSelectionOf(info)));
  }
}
