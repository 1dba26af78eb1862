import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, Info, Mutation, Resolver } from 'type-graphql';
import type { Context } from '../context.js';
import { below, selectionOf } from '../graphql/selection.js';
import { login, logout, refreshSession } from './sessions.service.js';
import { LoginInput, LogoutPayload, RefreshTokenInput, SessionPayload } from './sessions.types.js';

@Resolver()
export class SessionsResolver {
  @Mutation(() => SessionPayload, { description: 'Signs in with an email and a password.' })
  login(@Arg('input', () => LoginInput) input: LoginInput, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return login(ctx, input, below(selectionOf(info), 'user'));
  }

  @Mutation(() => SessionPayload, { description: 'Trades a refresh token for a new pair of tokens.' })
  refreshToken(@Arg('input', () => RefreshTokenInput) input: RefreshTokenInput, @Ctx() ctx: Context, @Info() info: GraphQLResolveInfo) {
    return refreshSession(ctx, input.refreshToken, below(selectionOf(info), 'user'));
  }

  @Mutation(() => LogoutPayload, { description: 'Ends the caller’s session.' })
  logout(@Ctx() ctx: Context) {
    return logout(ctx);
  }
}
