import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Info, Mutation, Query, Resolver } from 'type-graphql';
import type { Context } from '../context.js';
import { connectionOf } from '../graphql/connection.js';
import { PagedArgs } from '../graphql/pageArgs.js';
import { connectionSelectionOf } from '../graphql/selection.js';
import { endImpersonation, listImpersonations, startImpersonation } from './impersonation.service.js';
import {
  EndImpersonationPayload,
  ImpersonationFilter,
  ImpersonationSessionConnection,
  StartImpersonationInput,
  StartImpersonationPayload,
} from './impersonation.types.js';

@Resolver()
export class ImpersonationResolver {
  @Query(() => ImpersonationSessionConnection, { description: 'Who acts and acted as whom, the newest first.' })
  async impersonationSessions(
    @Arg('filter', () => ImpersonationFilter, { nullable: true }) filter: ImpersonationFilter | null,
    @Args(() => PagedArgs) page: PagedArgs,
    @Ctx() ctx: Context,
    @Info() info: GraphQLResolveInfo,
  ) {
    return connectionOf(await listImpersonations(ctx, filter, page, connectionSelectionOf(info)));
  }

  @Mutation(() => StartImpersonationPayload, { description: 'Begins to act as a user inside one org.' })
  startImpersonation(@Arg('input', () => StartImpersonationInput) input: StartImpersonationInput, @Ctx() ctx: Context) {
    return startImpersonation(ctx, input);
  }

  @Mutation(() => EndImpersonationPayload, { description: 'Ends the session whose token calls, or the caller’s own.' })
  async endImpersonation(@Ctx() ctx: Context) {
    return { sessionId: await endImpersonation(ctx) };
  }
}
