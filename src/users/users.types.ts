import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../graphql/connection.js';
import { Node } from '../graphql/node.js';
import { OrderDirection } from '../graphql/order.js';
import { DateTime, EmailAddress, JSONObject, UUID } from '../graphql/scalars.js';
import { UserOrderField, UserStatus } from './user.enums.js';

@ObjectType({ description: 'A person who uses the platform.', implements: Node, simpleResolvers: true })
export class User extends Node {
  @Field(() => EmailAddress, { description: 'Unique without case.' })
  readonly email: string;

  @Field(() => String, { description: 'Unique without case.' })
  readonly username: string;

  @Field(() => String, { description: 'The name that others see.' })
  readonly displayName: string;

  @Field(() => String, { nullable: true, description: 'The whole name, where the user gave it.' })
  readonly fullName: string | null;

  @Field(() => String, { nullable: true, description: 'Address of a picture.' })
  readonly avatarUrl: string | null;

  @Field(() => String, { nullable: true, description: 'What the user says of themselves.' })
  readonly bio: string | null;

  @Field(() => String, { nullable: true, description: 'IANA time zone, such as `Europe/Paris`.' })
  readonly timezone: string | null;

  @Field(() => String, { nullable: true, description: 'BCP 47 language tag, such as `fr-CA`.' })
  readonly locale: string | null;

  @Field(() => UserStatus, { description: 'Where the user stands with the platform.' })
  readonly status: UserStatus;

  @Field(() => Boolean, { description: 'Whether the status is active.' })
  readonly isActive: boolean;

  @Field(() => Boolean, { description: 'Whether the user has shown that the email is theirs.' })
  readonly isVerified: boolean;

  @Field(() => Boolean, { description: 'Whether the user is a platform admin.' })
  readonly hasPlatformAccess: boolean;

  @Field(() => Boolean, { description: 'Whether the user, as an admin, has access to every org.' })
  readonly isGlobalAccess: boolean;

  @Field(() => [String], { description: 'Names of roles that programs of the platform give a meaning to.' })
  readonly roles: string[];

  @Field(() => JSONObject, { description: 'What the user prefers, as programs keep it.' })
  readonly preferences: Record<string, unknown>;

  @Field(() => JSONObject, { description: 'Settings of the account, as programs keep them.' })
  readonly settings: Record<string, unknown>;

  @Field(() => String, { description: 'Where the user signs in: `local`, or the name of an outside provider.' })
  readonly authProvider: string;

  @Field(() => ID, {
    nullable: true,
    description: 'The workspace that programs open first; null as soon as the user is no member of it, or it is archived.',
  })
  readonly defaultWorkspaceId: string | null;

  @Field(() => Int, { description: 'In how many orgs the user is an active member.' })
  readonly orgCount: number;

  @Field(() => DateTime, { nullable: true, description: 'When the user last signed in.' })
  readonly lastLoginAt: string | null;

  @Field(() => Int, { description: 'Rises with each change.' })
  readonly version: number;

  @Field(() => DateTime, { description: 'When the user was made.' })
  readonly createdAt: string;

  @Field(() => DateTime, { description: 'When the user was last changed.' })
  readonly updatedAt: string;
}

@ObjectType({ description: 'A user, named.', simpleResolvers: true })
export class UserRef {
  @Field(() => ID, { description: 'Of the user.' })
  readonly id: string;

  @Field(() => String, { description: 'The name that others see.' })
  readonly displayName: string;
}

export const UserConnection = connectionType('User', () => User);

@InputType({ description: 'Which users. Several conditions must all hold.' })
export class UserFilter {
  @Field(() => String, {
    nullable: true,
    description: 'Part of the name, the username or the email, without case; at most 500 characters.',
  })
  readonly search?: string | null;

  @Field(() => UserStatus, { nullable: true, description: 'In this status.' })
  readonly status?: UserStatus | null;

  @Field(() => UUID, { nullable: true, description: 'In this workspace, as active members of its org.' })
  readonly workspaceId?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Only platform admins, or only users who are none.' })
  readonly hasPlatformAccess?: boolean | null;
}

@InputType({ description: 'How users are ordered.' })
export class UserOrder {
  @Field(() => UserOrderField, { description: 'By what.' })
  readonly field: UserOrderField;

  @Field(() => OrderDirection, { defaultValue: OrderDirection.ASC, description: 'From which end.' })
  readonly direction: OrderDirection;
}

@InputType({ description: 'What to change. A field that is left out stays as it is.' })
export class UpdateUserInput {
  @Field(() => Int, {
    nullable: true,
    description: 'The version that the change is based on, where it matters. Another one is a conflict.',
  })
  readonly baseVersion?: number | null;

  @Field(() => String, { nullable: true, description: '1 to 200 characters.' })
  readonly displayName?: string | null;

  @Field(() => EmailAddress, { nullable: true, description: 'Unique without case. A new one has yet to be verified.' })
  readonly email?: string | null;

  @Field(() => String, { nullable: true, description: '1 to 100 characters, unique without case.' })
  readonly username?: string | null;

  @Field(() => String, { nullable: true, description: 'At most 200 characters.' })
  readonly fullName?: string | null;

  @Field(() => String, { nullable: true, description: 'Address of a picture, at most 2048 characters.' })
  readonly avatarUrl?: string | null;

  @Field(() => String, { nullable: true, description: 'At most 2000 characters.' })
  readonly bio?: string | null;

  @Field(() => String, { nullable: true, description: 'IANA time zone, such as `Europe/Paris`.' })
  readonly timezone?: string | null;

  @Field(() => String, { nullable: true, description: 'BCP 47 language tag, such as `fr-CA`.' })
  readonly locale?: string | null;

  @Field(() => JSONObject, { nullable: true, description: 'In place of all that were there; `updateMyPreferences` merges. At most 64 KB.' })
  readonly preferences?: Record<string, unknown> | null;

  @Field(() => JSONObject, { nullable: true, description: 'In place of all that were there. At most 64 KB.' })
  readonly settings?: Record<string, unknown> | null;

  @Field(() => [String], {
    nullable: true,
    description: 'In place of all that were there. Needs `platform.users.update`, also for oneself.',
  })
  readonly roles?: string[] | null;

  @Field(() => UUID, { nullable: true, description: 'A workspace that the user is a member of.' })
  readonly defaultWorkspaceId?: string | null;
}

@InputType({ description: 'Whom to make.' })
export class CreateUserInput {
  @Field(() => EmailAddress, { description: 'Unique without case. Signs the user in, and is yet to be verified.' })
  readonly email: string;

  @Field(() => String, { description: '1 to 100 characters, unique without case.' })
  readonly username: string;

  @Field(() => String, { description: '8 to 1024 characters; the common ones are refused. Only its hash is kept.' })
  readonly password: string;

  @Field(() => String, { nullable: true, description: 'At most 200 characters.' })
  readonly fullName?: string | null;

  @Field(() => String, { nullable: true, description: 'The name that others see; the full name or the username where it is left out.' })
  readonly displayName?: string | null;

  @Field(() => UUID, {
    nullable: true,
    description: 'The org that the user joins; where it is left out, the one that the caller is an admin of.',
  })
  readonly orgId?: string | null;
}

@ObjectType({ description: 'The user who was made.', simpleResolvers: true })
export class CreateUserPayload {
  @Field(() => User, { description: 'The user who was made.' })
  readonly user: User;
}

@ObjectType({ description: 'The user who was deleted.', simpleResolvers: true })
export class DeleteUserPayload {
  @Field(() => ID, { description: 'Of the user who was deleted.' })
  readonly deletedId: string;
}

@ObjectType({ description: 'The user as the change left them.', simpleResolvers: true })
export class UpdateUserPayload {
  @Field(() => User, { description: 'The user as the change left them.' })
  readonly user: User;
}

@ObjectType({ description: 'The user as the change left them.', simpleResolvers: true })
export class UserLifecyclePayload {
  @Field(() => User, { description: 'The user as the change left them.' })
  readonly user: User;
}

@ObjectType({ description: 'The user as the change left them.', simpleResolvers: true })
export class UpdateMyPreferencesPayload {
  @Field(() => User, { description: 'The user as the change left them.' })
  readonly user: User;
}
