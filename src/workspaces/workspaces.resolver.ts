import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../context.js';
import type { RowOf } from '../db/shape.js';
import { connectionOf } from '../graphql/connection.js';
import { PagedArgs } from '../graphql/pageArgs.js';
import { UUID } from '../graphql/scalars.js';
import { below, connectionSelectionOf, selectionOf } from '../graphql/selection.js';
import { Org } from '../orgs/orgs.types.js';
import {
  archiveWorkspace,
  createWorkspace,
  findWorkspace,
  listWorkspaces,
  updateWorkspace,
  workspacesOfOrg,
} from './workspaces.service.js';
import {
  CreateWorkspaceInput,
  UpdateWorkspaceInput,
  Workspace,
  WorkspaceConnection,
  WorkspaceFilter,
  WorkspaceOrder,
  WorkspacePayload,
} from './workspaces.types.js';

@Resolver(() => Workspace)
export class WorkspacesResolver {
  @Query(() => Workspace, { nullable: true, description: 'One workspace, archived or not.' })
  workspace(@Arg('id', () => UUID) id: string, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return findWorkspace(ctx, id, selectionOf(info));
  }

  @Query(() => WorkspaceConnection, { description: 'The workspaces of every org, by name where no order is given.' })
  async workspaces(
    @Arg('filter', () => WorkspaceFilter, { nullable: true }) filter: WorkspaceFilter | null,
    @Arg('orderBy', () => WorkspaceOrder, { nullable: true }) orderBy: WorkspaceOrder | null,
    @Args(() => PagedArgs) page: PagedArgs,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return connectionOf(await listWorkspaces(ctx, { filter, orderBy, ...page }, connectionSelectionOf(info)));
  }

  @Mutation(() => WorkspacePayload, { description: 'Makes a workspace in an org, with its first owner.' })
  async createWorkspace(
    @Arg('orgId', () => UUID) orgId: string,
    @Arg('input', () => CreateWorkspaceInput) input: CreateWorkspaceInput,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return { workspace: await createWorkspace(ctx, orgId, input, below(selectionOf(info), 'workspace')) };
  }

  @Mutation(() => WorkspacePayload, { description: 'Changes the named fields of a workspace.' })
  async updateWorkspace(
    @Arg('id', () => UUID) id: string,
    @Arg('input', () => UpdateWorkspaceInput) input: UpdateWorkspaceInput,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return { workspace: await updateWorkspace(ctx, id, input, below(selectionOf(info), 'workspace')) };
  }

  @Mutation(() => WorkspacePayload, { description: 'Archives a workspace: it leaves every list, and can’t be changed any more.' })
  async archiveWorkspace(
    @Arg('id', () => UUID) id: string,
    @Arg('baseVersion', () => Int, { nullable: true, description: 'The version that is meant, where it matters.' })
    baseVersion: number | null,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return { workspace: await archiveWorkspace(ctx, id, baseVersion, below(selectionOf(info), 'workspace')) };
  }
}

/** Apart from the root field of the same name. */
@Resolver(() => Org)
export class OrgWorkspacesResolver {
  @FieldResolver(() => WorkspaceConnection, { description: 'The org’s workspaces, by name where no order is given.' })
  async workspaces(
    @Root() org: RowOf<Org>,
    @Arg('filter', () => WorkspaceFilter, { nullable: true }) filter: WorkspaceFilter | null,
    @Arg('orderBy', () => WorkspaceOrder, { nullable: true }) orderBy: WorkspaceOrder | null,
    @Args(() => PagedArgs) page: PagedArgs,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return connectionOf(await workspacesOfOrg(ctx, org.key, { filter, orderBy, ...page }, connectionSelectionOf(info)));
  }
}
