import { Ctx, Mutation, Resolver } from 'type-graphql';
import type { Context } from '../context.js';
import { cleanUpTokens } from './tokens.service.js';
import { CleanupTokensPayload } from './tokens.types.js';

@Resolver()
export class TokensResolver {
  @Mutation(() => CleanupTokensPayload, {
    description:
      'Deletes tokens that have expired, were used or were revoked, and the sessions that they belonged to. A worker does the same every hour.',
  })
  async cleanupTokens(@Ctx() ctx: Context) {
    return { deletedCount: await cleanUpTokens(ctx) };
  }
}
