import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { connectionType } from '../graphql/connection.js';
import { DateTime, EmailAddress, UUID } from '../graphql/scalars.js';
import { Group } from '../groups/groups.types.js';
import { OrgRef } from '../orgs/orgs.types.js';
import { User, UserRef } from '../users/users.types.js';
import { AssignmentState } from './assignment.enums.js';

export const AdminConnection = connectionType('Admin', () => User);

@ObjectType({ description: 'That an admin has a group, and by whom.', simpleResolvers: true })
export class Assignment {
  @Field(() => ID, { description: 'Of the assignment.' })
  readonly id: string;

  @Field(() => User, { description: 'The admin.' })
  readonly admin: User;

  @Field(() => Group, { description: 'The group.' })
  readonly group: Group;

  @Field(() => UserRef, { description: 'Who assigned it; the admin themselves where the platform did.' })
  readonly assignedBy: UserRef;

  @Field(() => DateTime, { description: 'When it was assigned.' })
  readonly assignedAt: string;

  @Field(() => DateTime, { nullable: true, description: 'When it ends by itself, where it does.' })
  readonly expiresAt: string | null;

  @Field(() => Boolean, { description: 'Whether it gives its permissions now: not expired, not suspended, and of an active group.' })
  readonly isActive: boolean;

  @Field(() => AssignmentState, { description: 'Whether it gives its permissions now, and why not.' })
  readonly state: AssignmentState;
}

export const AssignmentConnection = connectionType('Assignment', () => Assignment);

@InputType({ description: 'Which assignments.' })
export class AssignmentFilter {
  @Field(() => AssignmentState, { nullable: true, description: 'In this state.' })
  readonly state?: AssignmentState | null;
}

@ObjectType({ description: 'That an admin may work on an org, and who let them.', simpleResolvers: true })
export class OrgAccess {
  @Field(() => ID, { description: 'Of the grant.' })
  readonly id: string;

  @Field(() => User, { description: 'The admin.' })
  readonly admin: User;

  @Field(() => OrgRef, { description: 'The org.' })
  readonly org: OrgRef;

  @Field(() => UserRef, { description: 'Who granted it.' })
  readonly grantedBy: UserRef;

  @Field(() => DateTime, { description: 'When it was granted.' })
  readonly grantedAt: string;

  @Field(() => String, { nullable: true, description: 'Why it was granted.' })
  readonly note: string | null;
}

export const OrgAccessConnection = connectionType('OrgAccess', () => OrgAccess);

@InputType({ description: 'Which admins.' })
export class AdminFilter {
  @Field(() => String, {
    nullable: true,
    description: 'Part of the name, the username or the email, without case; at most 500 characters.',
  })
  readonly search?: string | null;
}

@InputType({ description: 'An admin to make, of a user who exists or of a new one.' })
export class CreateAdminInput {
  @Field(() => EmailAddress, { description: 'Whose user becomes the admin; a new user is made where nobody has it.' })
  readonly email: string;

  @Field(() => String, { description: 'The name of a new user: 1 to 200 characters. That of a user who exists stays.' })
  readonly displayName: string;

  @Field(() => UUID, { description: 'Their first group; the caller must hold each of its permissions.' })
  readonly groupId: string;
}

@InputType({ description: 'A group to give to an admin.' })
export class AssignGroupInput {
  @Field(() => UUID, { description: 'The admin.' })
  readonly adminId: string;

  @Field(() => UUID, { description: 'The group; the caller must hold each of its permissions.' })
  readonly groupId: string;

  @Field(() => DateTime, { nullable: true, description: 'When it ends by itself; never where it is left out.' })
  readonly expiresAt?: string | null;
}

@InputType({ description: 'Access to an org to give to an admin.' })
export class GrantOrgAccessInput {
  @Field(() => UUID, { description: 'The admin.' })
  readonly adminId: string;

  @Field(() => UUID, { description: 'The org; the caller must have access to it.' })
  readonly orgId: string;

  @Field(() => String, { nullable: true, description: 'Why: at most 2,000 characters.' })
  readonly note?: string | null;
}

@ObjectType({ description: 'The admin as the change left them.', simpleResolvers: true })
export class AdminPayload {
  @Field(() => User, { description: 'The admin as the change left them.' })
  readonly admin: User;
}

@ObjectType({ description: 'The assignment as the change left it.', simpleResolvers: true })
export class AssignmentPayload {
  @Field(() => Assignment, { description: 'The assignment as the change left it.' })
  readonly assignment: Assignment;
}

@ObjectType({ description: 'The grant as the change left it.', simpleResolvers: true })
export class OrgAccessPayload {
  @Field(() => OrgAccess, { description: 'The grant as the change left it.' })
  readonly orgAccess: OrgAccess;
}

@ObjectType({ description: 'What is gone.', simpleResolvers: true })
export class RemovedPayload {
  @Field(() => ID, { description: 'Of what was removed.' })
  readonly removedId: string;
}
