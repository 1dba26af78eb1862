import { Field, InputType, ObjectType } from 'type-graphql';
import { DateTime, EmailAddress } from '../graphql/scalars.js';
import { User } from '../users/users.types.js';

@InputType({ description: 'An email and its password.' })
export class LoginInput {
  @Field(() => EmailAddress, { description: 'Compared without case.' })
  readonly email: string;

  @Field(() => String, { description: 'Kept nowhere.' })
  readonly password: string;
}

@InputType({ description: 'A refresh token that has not been used.' })
export class RefreshTokenInput {
  @Field(() => String, { description: 'From the last answer of `login` or `refreshToken`.' })
  readonly refreshToken: string;
}

@ObjectType({ description: 'A pair of tokens.', simpleResolvers: true })
export class SessionPayload {
  @Field(() => String, { description: 'For the Authorization header: `Bearer <accessToken>`.' })
  readonly accessToken: string;

  @Field(() => String, { description: 'Good for one new pair. Presenting it a second time ends the session.' })
  readonly refreshToken: string;

  @Field(() => DateTime, { description: 'When the access token expires.' })
  readonly expiresAt: string;

  @Field(() => User, { description: 'Who signed in. Fields that need a caller are read with the access token.' })
  readonly user: User;
}

@ObjectType({ description: 'The end of a session.', simpleResolvers: true })
export class LogoutPayload {
  @Field(() => DateTime, { description: 'When the session ended.' })
  readonly endedAt: string;
}
