import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../graphql/connection.js';
import { Node } from '../graphql/node.js';
import { DateTime, EmailAddress } from '../graphql/scalars.js';
import { GroupStatus } from './group.enums.js';

@ObjectType({ description: 'Something that a caller may be allowed to do.', simpleResolvers: true })
export class Permission {
  @Field(() => String, { description: 'Names it for good: `platform.<domain>.<verb>`.' })
  readonly key: string;

  @Field(() => String, { description: 'What it is about.' })
  readonly domain: string;

  @Field(() => String, { description: 'What it allows.' })
  readonly description: string;
}

@ObjectType({ description: 'Every permission there is.', simpleResolvers: true })
export class PermissionRegistry {
  @Field(() => [String], { description: 'What permissions are about, in order.' })
  readonly domains: readonly string[];

  @Field(() => [Permission], { description: 'The permissions, by domain.' })
  readonly items: readonly Permission[];
}

@ObjectType({ description: 'A set of permissions that is assigned to admins as one.', implements: Node, simpleResolvers: true })
export class Group extends Node {
  @Field(() => String, { description: 'Unique among the groups that are not archived, without case.' })
  readonly name: string;

  @Field(() => String, { description: 'What the group is for.' })
  readonly description: string;

  @Field(() => Boolean, { description: 'Whether the platform brought the group; it can’t be changed then.' })
  readonly isSystem: boolean;

  @Field(() => GroupStatus, { description: 'Whether the group gives its permissions.' })
  readonly status: GroupStatus;

  @Field(() => Int, { description: 'How many users have the group now.' })
  readonly userCount: number;

  @Field(() => Int, { description: 'How many permissions the group gives.' })
  readonly permissionCount: number;

  @Field(() => Int, { description: 'Rises with each change.' })
  readonly version: number;

  @Field(() => DateTime, { description: 'When the group was made.' })
  readonly createdAt: string;

  @Field(() => DateTime, { description: 'When the group was last changed.' })
  readonly updatedAt: string;
}

export const GroupConnection = connectionType('Group', () => Group);

@ObjectType({ description: 'A user who has a group.', simpleResolvers: true })
export class GroupMember {
  @Field(() => ID, { description: 'Of the user.' })
  readonly id: string;

  @Field(() => String, { description: 'The user’s name.' })
  readonly displayName: string;

  @Field(() => EmailAddress, { description: 'The user’s email.' })
  readonly email: string;

  @Field(() => DateTime, { nullable: true, description: 'When the assignment ends by itself, where it does.' })
  readonly expiresAt: string | null;
}

@InputType({ description: 'Which groups. Several conditions must all hold.' })
export class GroupFilter {
  @Field(() => String, { nullable: true, description: 'Part of the name or the description, without case; at most 500 characters.' })
  readonly search?: string | null;

  @Field(() => GroupStatus, { nullable: true, description: 'In this status.' })
  readonly status?: GroupStatus | null;
}

@InputType({ description: 'A group to make.' })
export class CreateGroupInput {
  @Field(() => String, { description: '1 to 200 characters.' })
  readonly name: string;

  @Field(() => String, { defaultValue: '', description: 'At most 2,000 characters.' })
  readonly description: string;

  @Field(() => [String], { defaultValue: [], description: 'Keys of permissions; the caller must hold each.' })
  readonly permissions: string[];
}

@InputType({ description: 'What to change. A field that is left out stays as it is.' })
export class UpdateGroupInput {
  @Field(() => Int, { description: 'The version that the change is based on. Another one is a conflict.' })
  readonly baseVersion: number;

  @Field(() => String, { nullable: true, description: '1 to 200 characters.' })
  readonly name?: string | null;

  @Field(() => String, { nullable: true, description: 'At most 2,000 characters.' })
  readonly description?: string | null;

  @Field(() => [String], { defaultValue: [], description: 'Keys of permissions to add; the caller must hold each.' })
  readonly addPermissions: string[];

  @Field(() => [String], { defaultValue: [], description: 'Keys of permissions to take away.' })
  readonly removePermissions: string[];
}

@ObjectType({ description: 'The group as the change left it.', simpleResolvers: true })
export class GroupPayload {
  @Field(() => Group, { description: 'The group as the change left it.' })
  readonly group: Group;
}
