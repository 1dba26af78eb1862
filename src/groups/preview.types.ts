import { Field, Int, ObjectType } from 'type-graphql';
import { UserRef } from '../users/users.types.js';

@ObjectType({ description: 'Why a change would be refused.', simpleResolvers: true })
export class ChangeRefusal {
  @Field(() => String, { description: 'The code of the error: `FORBIDDEN`, `CONFLICT`, `LOCKOUT` or `BAD_USER_INPUT`.' })
  readonly code: string;

  @Field(() => String, { description: 'The message of the error.' })
  readonly message: string;

  @Field(() => [String], { description: 'Keys of the permissions that the caller lacks for it.' })
  readonly missing: readonly string[];
}

@ObjectType({ description: 'What one user would gain or lose, beside what their other groups give them.', simpleResolvers: true })
export class PermissionShift {
  @Field(() => UserRef, { description: 'The user.' })
  readonly user: UserRef;

  @Field(() => [String], { description: 'Keys of the permissions, in order.' })
  readonly permissions: readonly string[];
}

@ObjectType({ description: 'What a change of a group would do.', simpleResolvers: true })
export class GroupChangePreview {
  @Field(() => Boolean, { description: 'Whether nothing speaks against the change.' })
  readonly wouldSucceed: boolean;

  @Field(() => [ChangeRefusal], { description: 'Everything that speaks against it; the change itself would name the first.' })
  readonly refusals: readonly ChangeRefusal[];

  @Field(() => [String], { description: 'Keys of the permissions that the group would hold and does not, in order.' })
  readonly permissionsAdded: readonly string[];

  @Field(() => [String], { description: 'Keys of the permissions that the group holds and would not, in order.' })
  readonly permissionsRemoved: readonly string[];

  @Field(() => Int, { description: 'How many users would gain a permission.' })
  readonly gainingCount: number;

  @Field(() => [PermissionShift], { description: 'Who would gain what no other group gives them, by name; at most 100 of them.' })
  readonly gaining: readonly PermissionShift[];

  @Field(() => Int, { description: 'How many users would lose a permission.' })
  readonly losingCount: number;

  @Field(() => [PermissionShift], { description: 'Who would lose what no other group gives them, by name; at most 100 of them.' })
  readonly losing: readonly PermissionShift[];
}
