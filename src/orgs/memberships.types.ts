import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { connectionType } from '../graphql/connection.js';
import { OrderDirection } from '../graphql/order.js';
import { DateTime, EmailAddress } from '../graphql/scalars.js';
import { UserStatus } from '../users/user.enums.js';
import { User } from '../users/users.types.js';
import { MembershipStatus, OrgMemberOrderField } from './org.enums.js';
import { Org } from './orgs.types.js';

@ObjectType({ description: 'A user’s place in an org.', simpleResolvers: true })
export class OrgMembership {
  @Field(() => ID, { description: 'Of the membership.' })
  readonly id: string;

  @Field(() => MembershipStatus, { description: 'Where the user stands with the org.' })
  readonly status: MembershipStatus;

  @Field(() => String, { nullable: true, description: 'What the user is there for, such as `admin`.' })
  readonly roleHint: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When the user became active in the org.' })
  readonly joinedAt: string | null;

  @Field(() => ID, { description: 'The org’s id.' })
  readonly orgId: string;

  @Field(() => String, { description: 'The org’s name, readable wherever the membership is.' })
  readonly orgName: string;

  @Field(() => String, { description: 'The org’s slug, readable wherever the membership is.' })
  readonly orgSlug: string;

  @Field(() => Org, { nullable: true, description: 'The org, for those who may see it; null with an error for the rest.' })
  readonly org: Org | null;

  @Field(() => ID, { description: 'The user’s id.' })
  readonly userId: string;

  @Field(() => EmailAddress, { description: 'The user’s email.' })
  readonly email: string;

  @Field(() => String, { description: 'The user’s name.' })
  readonly displayName: string;

  @Field(() => UserStatus, { description: 'Where the user stands with the whole platform.' })
  readonly userStatus: UserStatus;

  @Field(() => User, { description: 'The user.' })
  readonly user: User;
}

@ObjectType({ description: 'Who was removed.', simpleResolvers: true })
export class RemoveOrgMemberPayload {
  @Field(() => ID, { description: 'Of the user.' })
  readonly removedUserId: string;
}

export const OrgMembershipConnection = connectionType('OrgMembership', () => OrgMembership);

@InputType({ description: 'Which members. Several conditions must all hold.' })
export class OrgMemberFilter {
  @Field(() => String, { nullable: true, description: 'Part of the user’s name or email, without case; at most 500 characters.' })
  readonly search?: string | null;

  @Field(() => MembershipStatus, { nullable: true, description: 'With this standing.' })
  readonly status?: MembershipStatus | null;
}

@InputType({ description: 'How members are ordered.' })
export class OrgMemberOrder {
  @Field(() => OrgMemberOrderField, { description: 'By what.' })
  readonly field: OrgMemberOrderField;

  @Field(() => OrderDirection, { defaultValue: OrderDirection.ASC, description: 'From which end.' })
  readonly direction: OrderDirection;
}
