import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import type { Context } from '../context.js';
import type { RowOf } from '../db/shape.js';
import { UUID } from '../graphql/scalars.js';
import { User } from '../users/users.types.js';
import { identitiesOfUser, linkIdentity, unlinkIdentity } from './identities.service.js';
import { Identity, LinkIdentityInput, LinkIdentityPayload, UnlinkIdentityPayload } from './identities.types.js';

@Resolver(() => User)
export class IdentitiesResolver {
  @FieldResolver(() => [Identity], { description: 'Who the user is to OpenID Connect providers, the earliest link first.' })
  identities(@Root() user: RowOf<User>, @Ctx() ctx: Context) {
    return identitiesOfUser(ctx, user.key);
  }

  @Mutation(() => LinkIdentityPayload, { description: 'Lets the access tokens of a provider speak for a user.' })
  async linkIdentity(@Arg('input', () => LinkIdentityInput) input: LinkIdentityInput, @Ctx() ctx: Context) {
    return { identity: await linkIdentity(ctx, input) };
  }

  @Mutation(() => UnlinkIdentityPayload, { description: 'Lets them speak for the user no more, from the next request on.' })
  async unlinkIdentity(@Arg('id', () => UUID) id: string, @Ctx() ctx: Context) {
    return { removedId: await unlinkIdentity(ctx, id) };
  }
}
