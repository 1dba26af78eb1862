import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import type { Context } from '../context.js';
import type { RowOf } from '../db/shape.js';
import { connectionOf } from '../graphql/connection.js';
import { PagedArgs } from '../graphql/pageArgs.js';
import { connectionSelectionOf } from '../graphql/selection.js';
import { Org } from '../orgs/orgs.types.js';
import { workspacesOfOrg } from './workspaces.service.js';
import { WorkspaceConnection } from './workspaces.types.js';

@Resolver(() => Org)
export class WorkspacesResolver {
  @FieldResolver(() => WorkspaceConnection, { description: 'The org’s workspaces that are not archived, by name.' })
  async workspaces(@Root() org: RowOf<Org>, @Args(() => PagedArgs) page: PagedArgs, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return connectionOf(await workspacesOfOrg(ctx, org.key, page, connectionSelectionOf(info)));
  }
}
