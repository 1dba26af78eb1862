import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Info, Mutation, Query, Resolver } from 'type-graphql';
import type { Context } from '../context.js';
import { connectionOf } from '../graphql/connection.js';
import { PagedArgs } from '../graphql/pageArgs.js';
import { UUID } from '../graphql/scalars.js';
import { below, connectionSelectionOf, selectionOf } from '../graphql/selection.js';
import { listDeliveries, retryDelivery } from './deliveries.service.js';
import { AuthProviderDeliveryConnection, AuthProviderDeliveryFilter, AuthProviderDeliveryPayload } from './deliveries.types.js';

@Resolver()
export class AuthProviderDeliveriesResolver {
  @Query(() => AuthProviderDeliveryConnection, {
    description: 'What the auth provider has yet to be told, and what it was told in the last 30 days, the newest first.',
  })
  async authProviderDeliveries(
    @Arg('filter', () => AuthProviderDeliveryFilter, { nullable: true }) filter: AuthProviderDeliveryFilter | null,
    @Args(() => PagedArgs) page: PagedArgs,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return connectionOf(await listDeliveries(ctx, filter, page, connectionSelectionOf(info)));
  }

  @Mutation(() => AuthProviderDeliveryPayload, {
    description: 'Has an event tried again at once that the auth provider did not take; earlier ones of the same user still come first.',
  })
  async retryAuthProviderDelivery(@Arg('id', () => UUID) id: string, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return { delivery: await retryDelivery(ctx, id, below(selectionOf(info), 'delivery')) };
  }
}
