import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Args, Ctx, Info, Mutation, Query, Resolver } from 'type-graphql';
import type { Context } from '../context.js';
import { connectionOf } from '../graphql/connection.js';
import { PagedArgs } from '../graphql/pageArgs.js';
import { UUID } from '../graphql/scalars.js';
import { connectionSelectionOf } from '../graphql/selection.js';
import { createApiKey, listApiKeys, revokeApiKey } from './apiKeys.service.js';
import { ApiKeyConnection, CreateApiKeyInput, CreateApiKeyPayload, RevokeApiKeyPayload } from './apiKeys.types.js';

@Resolver()
export class ApiKeysResolver {
  @Query(() => ApiKeyConnection, { description: 'The caller’s own API keys, the newest first, revoked ones with them.' })
  async myApiKeys(@Args(() => PagedArgs) page: PagedArgs, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return connectionOf(await listApiKeys(ctx, page, connectionSelectionOf(info)));
  }

  @Mutation(() => CreateApiKeyPayload, { description: 'Makes an API key of the caller’s. Its secret is shown once.' })
  createApiKey(@Arg('input', () => CreateApiKeyInput) input: CreateApiKeyInput, @Ctx() ctx: Context) {
    return createApiKey(ctx, input);
  }

  @Mutation(() => RevokeApiKeyPayload, { description: 'Revokes an API key of the caller’s, from the next request on.' })
  revokeApiKey(@Arg('id', () => UUID) id: string, @Ctx() ctx: Context) {
    return revokeApiKey(ctx, id);
  }
}
