import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Mutation, Query, Resolver, Root } from 'type-graphql';
import { actorOf, type Context } from '../context.js';
import type { RowOf } from '../db/shape.js';
import { connectionOf } from '../graphql/connection.js';
import { PagedArgs } from '../graphql/pageArgs.js';
import { UUID } from '../graphql/scalars.js';
import { below, connectionSelectionOf, selectionOf } from '../graphql/selection.js';
import { createOrg } from './createOrg.service.js';
import { deleteOrg, resumeOrg, suspendOrg } from './lifecycle.service.js';
import { listOrgMembers, membersOfOrg, removeOrgMember } from './memberships.service.js';
import { OrgMemberFilter, OrgMemberOrder, OrgMembershipConnection, RemoveOrgMemberPayload } from './memberships.types.js';
import { findOrg, findOrgBilling, listMyOrgs, listOrgs, updateOrg, updateOrgBilling } from './orgs.service.js';
import {
  CreateOrgInput,
  CreateOrgPayload,
  DeleteOrgPayload,
  MyOrgConnection,
  Org,
  OrgBilling,
  OrgConnection,
  OrgFilter,
  OrgOrder,
  UpdateOrgBillingInput,
  UpdateOrgBillingPayload,
  UpdateOrgInput,
  UpdateOrgPayload,
} from './orgs.types.js';

@Resolver(() => Org)
export class OrgsResolver {
  @Query(() => Org, { nullable: true, description: 'One org.' })
  org(@Arg('id', () => UUID) id: string, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return findOrg(ctx, id, selectionOf(info));
  }

  @Query(() => OrgConnection, { description: 'All orgs of the platform, by name where no order is given.' })
  async orgs(
    @Arg('filter', () => OrgFilter, { nullable: true }) filter: OrgFilter | null,
    @Arg('orderBy', () => OrgOrder, { nullable: true }) orderBy: OrgOrder | null,
    @Args(() => PagedArgs) page: PagedArgs,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return connectionOf(await listOrgs(ctx, filter, orderBy, page, connectionSelectionOf(info)));
  }

  @Query(() => MyOrgConnection, { description: 'The orgs that the caller can work in, by name.' })
  async myOrgs(@Args(() => PagedArgs) page: PagedArgs, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return connectionOf(await listMyOrgs(ctx, page, connectionSelectionOf(info)));
  }

  @Query(() => OrgMembershipConnection, { description: 'The members of one org, for those who may read users.' })
  async orgMembers(
    @Arg('orgId', () => UUID) orgId: string,
    @Arg('filter', () => OrgMemberFilter, { nullable: true }) filter: OrgMemberFilter | null,
    @Arg('orderBy', () => OrgMemberOrder, { nullable: true }) orderBy: OrgMemberOrder | null,
    @Args(() => PagedArgs) page: PagedArgs,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return connectionOf(await listOrgMembers(ctx, orgId, { filter, orderBy, ...page }, connectionSelectionOf(info)));
  }

  @FieldResolver(() => OrgMembershipConnection, { description: 'The org’s members, by name where no order is given.' })
  async members(
    @Root() org: RowOf<Org>,
    @Arg('filter', () => OrgMemberFilter, { nullable: true }) filter: OrgMemberFilter | null,
    @Arg('orderBy', () => OrgMemberOrder, { nullable: true }) orderBy: OrgMemberOrder | null,
    @Args(() => PagedArgs) page: PagedArgs,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return connectionOf(await membersOfOrg(ctx, org.key, { filter, orderBy, ...page }, connectionSelectionOf(info)));
  }

  @Query(() => OrgBilling, { description: 'The billing of one org, for those who may read it and have access to the org.' })
  async orgBilling(@Arg('orgId', () => UUID) orgId: string, @Ctx() ctx: Context) {
    return { ...(await findOrgBilling(ctx, orgId)), orgId };
  }

  @Mutation(() => CreateOrgPayload, { description: 'Makes an org with a schema of its own. It is ready for use when this answers.' })
  async createOrg(@Arg('input', () => CreateOrgInput) input: CreateOrgInput, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return { org: await createOrg(ctx, input, below(selectionOf(info), 'org')) };
  }

  @Mutation(() => UpdateOrgPayload, { description: 'Closes an org to its members, at once.' })
  async suspendOrg(@Arg('id', () => UUID) id: string, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return { org: await suspendOrg(ctx, id, below(selectionOf(info), 'org')) };
  }

  @Mutation(() => UpdateOrgPayload, { description: 'Opens a suspended org to its members again.' })
  async resumeOrg(@Arg('id', () => UUID) id: string, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return { org: await resumeOrg(ctx, id, below(selectionOf(info), 'org')) };
  }

  @Mutation(() => DeleteOrgPayload, {
    description: 'Deletes a suspended org and its data for good. The summaries of its audit entries stay.',
  })
  async deleteOrg(@Arg('id', () => UUID) id: string, @Ctx() ctx: Context) {
    return { deletedId: await deleteOrg(ctx, id) };
  }

  @Mutation(() => UpdateOrgPayload, { description: 'Changes the named fields of an org.' })
  async updateOrg(
    @Arg('id', () => UUID) id: string,
    @Arg('input', () => UpdateOrgInput) input: UpdateOrgInput,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return { org: await updateOrg(ctx, id, input, below(selectionOf(info), 'org')) };
  }

  @Mutation(() => UpdateOrgBillingPayload, {
    description: 'Changes the named fields of an org’s billing; the org’s version rises with it.',
  })
  async updateOrgBilling(
    @Arg('orgId', () => UUID) orgId: string,
    @Arg('input', () => UpdateOrgBillingInput) input: UpdateOrgBillingInput,
    @Ctx() ctx: Context,
  ) {
    return { billing: { ...(await updateOrgBilling(ctx, orgId, input)), orgId } };
  }

  @Mutation(() => RemoveOrgMemberPayload, {
    description:
      'Takes a member out of an org and all its workspaces; anyone may take themselves out. A workspace that they own alone passes to ' +
      'who stands highest of the rest.',
  })
  async removeOrgMember(@Arg('orgId', () => UUID) orgId: string, @Arg('userId', () => UUID) userId: string, @Ctx() ctx: Context) {
    return { removedUserId: await removeOrgMember(ctx, orgId, userId) };
  }
}

@Resolver(() => MyOrgConnection)
export class MyOrgsResolver {
  @FieldResolver(() => Boolean, { description: 'Whether the caller can work in every org, by global access.' })
  isGlobal(@Ctx() ctx: Context) {
    return actorOf(ctx).isGlobalAccess;
  }
}
