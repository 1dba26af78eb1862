import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Info, Query, Resolver } from 'type-graphql';
import type { Context } from '../context.js';
import { connectionOf } from '../graphql/connection.js';
import { OrderDirection } from '../graphql/order.js';
import { PagedArgs } from '../graphql/pageArgs.js';
import { UUID } from '../graphql/scalars.js';
import { connectionSelectionOf } from '../graphql/selection.js';
import { OrgOrderField } from '../orgs/org.enums.js';
import { listOrgs } from '../orgs/orgs.service.js';
import { OrgConnection } from '../orgs/orgs.types.js';
import { UserOrderField } from '../users/user.enums.js';
import { listUsers } from '../users/users.service.js';
import { UserConnection } from '../users/users.types.js';
import { WorkspaceOrderField } from '../workspaces/workspace.enums.js';
import { listWorkspaces } from '../workspaces/workspaces.service.js';
import { WorkspaceConnection } from '../workspaces/workspaces.types.js';
import { orgAdminAccess, platformStatus } from './platformOrg.service.js';
import { OrgAdminAccess, PlatformStatus } from './platformOrg.types.js';

const earliestFirst = { direction: OrderDirection.ASC } as const;

@Resolver()
export class PlatformOrgResolver {
  @Query(() => OrgAdminAccess, { description: 'Whether the caller is an admin of an org.' })
  orgAdminAccess(@Arg('orgId', () => UUID) orgId: string, @Ctx() ctx: Context) {
    return orgAdminAccess(ctx, orgId);
  }

  @Query(() => PlatformStatus, { description: 'Whether the caller is a member of the platform’s own org.' })
  platformStatus(@Ctx() ctx: Context) {
    return platformStatus(ctx);
  }

  @Query(() => UserConnection, { description: 'All users of the platform, the earliest first, for members of its own org.' })
  async platformUsers(@Args(() => PagedArgs) page: PagedArgs, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    const order = { field: UserOrderField.CREATED_AT, ...earliestFirst };
    return connectionOf(await listUsers(ctx, null, order, page, connectionSelectionOf(info)));
  }

  @Query(() => OrgConnection, { description: 'All orgs of the platform, the earliest first, for members of its own org.' })
  async platformOrgs(@Args(() => PagedArgs) page: PagedArgs, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    const order = { field: OrgOrderField.CREATED_AT, ...earliestFirst };
    return connectionOf(await listOrgs(ctx, null, order, page, connectionSelectionOf(info)));
  }

  @Query(() => WorkspaceConnection, {
    description: 'The workspaces of every org, the earliest first, for members of the platform’s own org.',
  })
  async platformWorkspaces(@Args(() => PagedArgs) page: PagedArgs, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    const orderBy = { field: WorkspaceOrderField.CREATED_AT, ...earliestFirst };
    return connectionOf(await listWorkspaces(ctx, { orderBy, ...page }, connectionSelectionOf(info)));
  }
}
