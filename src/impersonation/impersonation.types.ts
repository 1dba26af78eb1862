import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { connectionType } from '../graphql/connection.js';
import { DateTime, UUID } from '../graphql/scalars.js';
import { OrgRef } from '../orgs/orgs.types.js';
import { UserRef } from '../users/users.types.js';

@ObjectType({ description: 'That an admin acts, or acted, as a user in one org.', simpleResolvers: true })
export class ImpersonationSession {
  @Field(() => ID, { description: 'Of the session.' })
  readonly id: string;

  @Field(() => UserRef, { description: 'Who acts.' })
  readonly adminUser: UserRef;

  @Field(() => UserRef, { description: 'As whom.' })
  readonly targetUser: UserRef;

  @Field(() => OrgRef, { description: 'In which org alone.' })
  readonly targetOrg: OrgRef;

  @Field(() => String, { description: 'Why.' })
  readonly reason: string;

  @Field(() => DateTime, { description: 'Since when.' })
  readonly startedAt: string;

  @Field(() => DateTime, { description: 'Until when at the latest.' })
  readonly expiresAt: string;

  @Field(() => Boolean, { description: 'Whether it has neither ended nor expired.' })
  readonly isActive: boolean;

  @Field(() => DateTime, { nullable: true, description: 'When it ended before its time, where it did.' })
  readonly endedAt: string | null;
}

export const ImpersonationSessionConnection = connectionType('ImpersonationSession', () => ImpersonationSession);

@InputType({ description: 'Which sessions. Several conditions must all hold.' })
export class ImpersonationFilter {
  @Field(() => UUID, { nullable: true, description: 'Of this admin.' })
  readonly adminUserId?: string | null;

  @Field(() => UUID, { nullable: true, description: 'As this user.' })
  readonly targetUserId?: string | null;

  @Field(() => Boolean, { defaultValue: false, description: 'Only those that have neither ended nor expired.' })
  readonly activeOnly: boolean;
}

@InputType({ description: 'As whom to act, where, and why.' })
export class StartImpersonationInput {
  @Field(() => UUID, { description: 'As whom: an active member of the org, and no platform admin.' })
  readonly userId: string;

  @Field(() => UUID, { description: 'In which org; the caller must have access to it.' })
  readonly orgId: string;

  @Field(() => String, { description: 'Why: 10 to 2,000 characters.' })
  readonly reason: string;
}

@ObjectType({ description: 'A session that has begun, and its token.', simpleResolvers: true })
export class StartImpersonationPayload {
  @Field(() => ID, { description: 'Of the session.' })
  readonly sessionId: string;

  @Field(() => String, { description: 'For the Authorization header; it starts with `imp_`, and is shown here and never again.' })
  readonly token: string;

  @Field(() => DateTime, { description: 'Until when at the latest.' })
  readonly expiresAt: string;

  @Field(() => UserRef, { description: 'As whom.' })
  readonly targetUser: UserRef;

  @Field(() => OrgRef, { description: 'In which org alone.' })
  readonly targetOrg: OrgRef;
}

@ObjectType({ description: 'The end of a session.', simpleResolvers: true })
export class EndImpersonationPayload {
  @Field(() => ID, { description: 'Of the session that ended.' })
  readonly sessionId: string;
}
