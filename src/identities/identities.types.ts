import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { DateTime, UUID } from '../graphql/scalars.js';

@ObjectType({ description: 'Who a user is to an OpenID Connect provider.', simpleResolvers: true })
export class Identity {
  @Field(() => ID, { description: 'Of the identity.' })
  readonly id: string;

  @Field(() => String, { description: 'The provider, by its issuer identifier.' })
  readonly issuer: string;

  @Field(() => String, { description: 'The user, as the provider knows them: the `sub` of its tokens.' })
  readonly subject: string;

  @Field(() => DateTime, { description: 'When it was linked.' })
  readonly createdAt: string;
}

@InputType({ description: 'Whose access tokens are to speak for a user.' })
export class LinkIdentityInput {
  @Field(() => UUID, { description: 'The user.' })
  readonly userId: string;

  @Field(() => String, { description: 'The provider’s issuer identifier, at most 2048 characters.' })
  readonly issuer: string;

  @Field(() => String, { description: 'The `sub` of the provider’s tokens, at most 255 characters.' })
  readonly subject: string;
}

@ObjectType({ description: 'The identity that was linked.', simpleResolvers: true })
export class LinkIdentityPayload {
  @Field(() => Identity, { description: 'The identity.' })
  readonly identity: Identity;
}

@ObjectType({ description: 'The identity that was unlinked.', simpleResolvers: true })
export class UnlinkIdentityPayload {
  @Field(() => ID, { description: 'Its id.' })
  readonly removedId: string;
}
