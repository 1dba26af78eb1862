import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../graphql/connection.js';
import { OrderDirection } from '../graphql/order.js';
import { DateTime, EmailAddress, UUID } from '../graphql/scalars.js';
import { User } from '../users/users.types.js';
import { WorkspaceMemberOrderField, WorkspaceRole } from './workspace.enums.js';
import { Workspace } from './workspaces.types.js';

@ObjectType({ description: 'A user’s place in a workspace.', simpleResolvers: true })
export class WorkspaceMember {
  @Field(() => ID, { description: 'The workspace’s id.' })
  readonly workspaceId: string;

  @Field(() => Workspace, { nullable: true, description: 'The workspace, for those who may see it; null with an error for the rest.' })
  readonly workspace: Workspace | null;

  @Field(() => ID, { description: 'The id of the org that the workspace is part of.' })
  readonly orgId: string;

  @Field(() => ID, { description: 'The user’s id.' })
  readonly userId: string;

  @Field(() => User, { description: 'The user.' })
  readonly user: User;

  @Field(() => WorkspaceRole, { description: 'What the user may do in the workspace.' })
  readonly role: WorkspaceRole;

  @Field(() => String, { description: 'The user’s username.' })
  readonly username: string;

  @Field(() => EmailAddress, { description: 'The user’s email.' })
  readonly email: string;

  @Field(() => String, { description: 'The name that others see.' })
  readonly displayName: string;

  @Field(() => String, { nullable: true, description: 'The user’s whole name, where they gave it.' })
  readonly fullName: string | null;

  @Field(() => String, { nullable: true, description: 'Address of a picture of the user.' })
  readonly avatarUrl: string | null;

  @Field(() => ID, { nullable: true, description: 'The user who added them, where it is known.' })
  readonly addedBy: string | null;

  @Field(() => Int, { description: 'Rises with each change.' })
  readonly version: number;

  @Field(() => DateTime, { description: 'When the user was added.' })
  readonly createdAt: string;

  @Field(() => DateTime, { description: 'When the user’s place was last changed.' })
  readonly updatedAt: string;
}

export const WorkspaceMemberConnection = connectionType('WorkspaceMember', () => WorkspaceMember);

@InputType({ description: 'Which members. Several conditions must all hold.' })
export class WorkspaceMemberFilter {
  @Field(() => String, { nullable: true, description: 'Part of the user’s name, username or email, without case; at most 500 characters.' })
  readonly search?: string | null;

  @Field(() => WorkspaceRole, { nullable: true, description: 'With this role.' })
  readonly role?: WorkspaceRole | null;
}

@InputType({ description: 'How members are ordered.' })
export class WorkspaceMemberOrder {
  @Field(() => WorkspaceMemberOrderField, { description: 'By what.' })
  readonly field: WorkspaceMemberOrderField;

  @Field(() => OrderDirection, { defaultValue: OrderDirection.ASC, description: 'From which end.' })
  readonly direction: OrderDirection;
}

@InputType({ description: 'A member of the org to add to a workspace.' })
export class AddWorkspaceMemberInput {
  @Field(() => UUID, { description: 'The user: an active member of the workspace’s org.' })
  readonly userId: string;

  @Field(() => WorkspaceRole, { defaultValue: WorkspaceRole.MEMBER, description: 'Not above the caller’s own.' })
  readonly role: WorkspaceRole;
}

@InputType({ description: 'Another role for a member.' })
export class ChangeWorkspaceMemberRoleInput {
  @Field(() => WorkspaceRole, { description: 'Not above the caller’s own.' })
  readonly role: WorkspaceRole;

  @Field(() => Int, {
    nullable: true,
    description: 'The version that the change is based on, where it matters. Another one is a conflict.',
  })
  readonly baseVersion?: number | null;
}

@ObjectType({ description: 'The member as the change left them.', simpleResolvers: true })
export class WorkspaceMemberPayload {
  @Field(() => WorkspaceMember, { description: 'The member as the change left them.' })
  readonly member: WorkspaceMember;
}

@ObjectType({ description: 'Who was removed.', simpleResolvers: true })
export class RemoveWorkspaceMemberPayload {
  @Field(() => ID, { description: 'Of the user.' })
  readonly removedUserId: string;
}
