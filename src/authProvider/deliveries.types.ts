import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../graphql/connection.js';
import { DateTime, UUID } from '../graphql/scalars.js';
import { UserRef } from '../users/users.types.js';
import { AuthProviderDeliveryState, AuthProviderEventType } from './delivery.enums.js';

@ObjectType({ description: 'One event that the auth provider is told of, kept for 30 days after it was.', simpleResolvers: true })
export class AuthProviderDelivery {
  @Field(() => ID, { description: 'Sent along as `webhook-id`.' })
  readonly id: string;

  @Field(() => AuthProviderEventType, { description: 'What happened.' })
  readonly event: AuthProviderEventType;

  @Field(() => UserRef, { description: 'To whom.' })
  readonly user: UserRef;

  @Field(() => AuthProviderDeliveryState, { description: 'What became of it.' })
  readonly state: AuthProviderDeliveryState;

  @Field(() => Int, { description: 'How often it was tried.' })
  readonly attempts: number;

  @Field(() => String, {
    nullable: true,
    description: 'Why the last attempt failed, where it did: `HTTP 500`, `no answer within 10 seconds`.',
  })
  readonly lastError: string | null;

  @Field(() => DateTime, { description: 'When it happened.' })
  readonly occurredAt: string;

  @Field(() => DateTime, { nullable: true, description: 'When it was last tried.' })
  readonly lastAttemptAt: string | null;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When it is tried next, unless an earlier event of the user is still open; null where it is not tried any more.',
  })
  readonly nextAttemptAt: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When the provider took it, or its token ran out.' })
  readonly settledAt: string | null;
}

export const AuthProviderDeliveryConnection = connectionType('AuthProviderDelivery', () => AuthProviderDelivery);

@InputType({ description: 'Which deliveries. Several conditions must all hold.' })
export class AuthProviderDeliveryFilter {
  @Field(() => AuthProviderDeliveryState, { nullable: true, description: 'In this state.' })
  readonly state?: AuthProviderDeliveryState | null;

  @Field(() => AuthProviderEventType, { nullable: true, description: 'Of this event.' })
  readonly event?: AuthProviderEventType | null;

  @Field(() => UUID, { nullable: true, description: 'Of this user.' })
  readonly userId?: string | null;
}

@ObjectType({ description: 'The delivery as the change left it.', simpleResolvers: true })
export class AuthProviderDeliveryPayload {
  @Field(() => AuthProviderDelivery, { description: 'The delivery as the change left it.' })
  readonly delivery: AuthProviderDelivery;
}
