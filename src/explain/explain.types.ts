import { Field, ObjectType } from 'type-graphql';
import { connectionType } from '../graphql/connection.js';
import { DateTime } from '../graphql/scalars.js';
import { MembershipStatus } from '../orgs/org.enums.js';
import { OrgRef } from '../orgs/orgs.types.js';
import { PermissionEnforcement } from '../settings/settings.types.js';
import { User } from '../users/users.types.js';
import { AccessObstacle, OrgAccessLevel } from './explain.enums.js';

@ObjectType({ description: 'Whether a user may do something at this moment, and why or why not.', simpleResolvers: true })
export class AccessExplanation {
  @Field(() => User, { description: 'The user.' })
  readonly user: User;

  @Field(() => String, { description: 'Key of the permission.' })
  readonly permission: string;

  @Field(() => OrgRef, { nullable: true, description: 'The org, where one was named.' })
  readonly org: OrgRef | null;

  @Field(() => Boolean, {
    description:
      'Whether the user holds the permission and, where an org was named, may work on it. True just where there are no obstacles.',
  })
  readonly allowed: boolean;

  @Field(() => [AccessObstacle], { description: 'Everything that stands in the way; each has to go.' })
  readonly obstacles: readonly AccessObstacle[];

  @Field(() => PermissionEnforcement, {
    description: 'How strictly permissions bind now: unless `ENABLED`, a user who lacks the permission is let through all the same.',
  })
  readonly enforcement: PermissionEnforcement;

  @Field(() => OrgAccessLevel, {
    nullable: true,
    description: 'Whether the user may work on the org as an admin; null where none was named.',
  })
  readonly orgAccess: OrgAccessLevel | null;

  @Field(() => MembershipStatus, { nullable: true, description: 'The user’s place in the org as a member; null where they have none.' })
  readonly membershipStatus: MembershipStatus | null;
}

@ObjectType({ description: 'A user who may do something at this moment, and why.', simpleResolvers: true })
export class PermissionHolder {
  @Field(() => User, { description: 'The user.' })
  readonly user: User;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When the last assignment that gives the permission ends by itself; null for never.',
  })
  readonly until: string | null;

  @Field(() => OrgAccessLevel, { nullable: true, description: 'Why the user may work on the org; null where none was named.' })
  readonly orgAccess: OrgAccessLevel | null;

  @Field(() => String, { description: 'Key of the permission.' })
  readonly permission: string;
}

export const PermissionHolderConnection = connectionType('PermissionHolder', () => PermissionHolder);
