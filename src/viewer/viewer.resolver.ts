import type { GraphQLResolveInfo } from 'graphql';
import { Ctx, FieldResolver, Info, Query, Resolver } from 'type-graphql';
import { actorOf, type Context } from '../context.js';
import { selectionOf } from '../graphql/selection.js';
import { findUser } from '../users/users.service.js';
import { User } from '../users/users.types.js';
import { Viewer } from './viewer.types.js';

@Resolver(() => Viewer)
export class ViewerResolver {
  @Query(() => Viewer, { description: 'Who calls, how they proved it, and what they may do.' })
  viewer(@Ctx() ctx: Context) {
    const actor = actorOf(ctx);
    return { credential: actor.credential.kind, permissions: [...actor.permissions].sort() };
  }

  @FieldResolver(() => User, { description: 'Who calls.' })
  user(@Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return findUser(ctx, actorOf(ctx).id, selectionOf(info));
  }
}
