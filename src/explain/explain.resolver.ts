import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, FieldResolver, Info, Query, Resolver, Root } from 'type-graphql';
import { AdminFilter, Assignment } from '../admins/admins.types.js';
import { assignmentsHolding } from '../admins/assignments.service.js';
import type { Context } from '../context.js';
import type { RowOf } from '../db/shape.js';
import { connectionOf } from '../graphql/connection.js';
import { PagedArgs } from '../graphql/pageArgs.js';
import { UUID } from '../graphql/scalars.js';
import { connectionSelectionOf, fieldsOf, merged, selectionOf } from '../graphql/selection.js';
import type { User } from '../users/users.types.js';
import { AccessExplanation, PermissionHolder, PermissionHolderConnection } from './explain.types.js';
import { explainAccess } from './explainAccess.service.js';
import { whoCan } from './whoCan.service.js';

@Resolver(() => AccessExplanation)
export class ExplainResolver {
  @Query(() => AccessExplanation, {
    description: 'Whether a user may do something at this moment, and why or why not. With an org: also whether they may work on it.',
  })
  explainAccess(
    @Arg('userId', () => UUID) userId: string,
    @Arg('permission', () => String) permission: string,
    @Arg('orgId', () => UUID, { nullable: true }) orgId: string | null,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return explainAccess(ctx, userId, permission, orgId, selectionOf(info));
  }

  @Query(() => PermissionHolderConnection, {
    description: 'Who may do something at this moment, by name. With an org: those of them who may work on it.',
  })
  async whoCan(
    @Arg('permission', () => String) permission: string,
    @Arg('orgId', () => UUID, { nullable: true }) orgId: string | null,
    @Arg('filter', () => AdminFilter, { nullable: true }) filter: AdminFilter | null,
    @Args(() => PagedArgs) page: PagedArgs,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return connectionOf(await whoCan(ctx, permission, orgId, filter, page, connectionSelectionOf(info)));
  }

  @FieldResolver(() => [Assignment], {
    description:
      'The user’s assignments whose group holds the permission, the earliest first: those that give it, and those that would if they counted now.',
  })
  assignments(
    @Root() { user, permission }: AccessExplanation & { readonly user: RowOf<User> },
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return assignmentsHolding(ctx, user.key, permission, selectionOf(info));
  }
}

@Resolver(() => PermissionHolder)
export class PermissionHolderResolver {
  @FieldResolver(() => [Assignment], { description: 'The assignments that give the user the permission now, the earliest first.' })
  async assignments(@Root() holder: PermissionHolder & { readonly key: string }, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    const selection = merged(selectionOf(info), fieldsOf(['isActive']));
    const held = await assignmentsHolding(ctx, holder.key, holder.permission, selection);
    return held.filter(({ isActive }) => isActive);
  }
}
