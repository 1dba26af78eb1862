import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../graphql/connection.js';
import { Node } from '../graphql/node.js';
import { OrderDirection } from '../graphql/order.js';
import { DateTime, UUID } from '../graphql/scalars.js';
import { Org } from '../orgs/orgs.types.js';
import { WorkspaceOrderField } from './workspace.enums.js';

@ObjectType({ description: 'A place inside an org where some of its members work.', implements: Node, simpleResolvers: true })
export class Workspace extends Node {
  @Field(() => ID, { description: 'The org that the workspace is part of.' })
  readonly orgId: string;

  @Field(() => Org, { nullable: true, description: 'The org, for those who may see it; null with an error for the rest.' })
  readonly org: Org | null;

  @Field(() => String, { description: 'At most 200 characters.' })
  readonly name: string;

  @Field(() => String, { description: 'Unique among the org’s workspaces that are not archived.' })
  readonly slug: string;

  @Field(() => String, { nullable: true, description: 'What the workspace is for.' })
  readonly description: string | null;

  @Field(() => Int, { description: 'How many users work here.' })
  readonly memberCount: number;

  @Field(() => DateTime, { nullable: true, description: 'When the workspace was archived, where it was.' })
  readonly archivedAt: string | null;

  @Field(() => Int, { description: 'Rises with each change.' })
  readonly version: number;

  @Field(() => DateTime, { description: 'When the workspace was made.' })
  readonly createdAt: string;

  @Field(() => DateTime, { description: 'When the workspace was last changed.' })
  readonly updatedAt: string;
}

export const WorkspaceConnection = connectionType('Workspace', () => Workspace);

@InputType({ description: 'Which workspaces. Several conditions must all hold.' })
export class WorkspaceFilter {
  @Field(() => String, { nullable: true, description: 'Part of the name or the slug, without case; at most 500 characters.' })
  readonly search?: string | null;

  @Field(() => UUID, { nullable: true, description: 'Of this org.' })
  readonly orgId?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Only archived ones; only the others where it is left out.' })
  readonly isArchived?: boolean | null;
}

@InputType({ description: 'How workspaces are ordered.' })
export class WorkspaceOrder {
  @Field(() => WorkspaceOrderField, { description: 'By what.' })
  readonly field: WorkspaceOrderField;

  @Field(() => OrderDirection, { defaultValue: OrderDirection.ASC, description: 'From which end.' })
  readonly direction: OrderDirection;
}

@InputType({ description: 'A workspace to make.' })
export class CreateWorkspaceInput {
  @Field(() => String, { description: '1 to 200 characters.' })
  readonly name: string;

  @Field(() => String, { description: 'Lowercase kebab-case, at most 100 characters; unique among the org’s workspaces.' })
  readonly slug: string;

  @Field(() => String, { nullable: true, description: 'At most 2,000 characters.' })
  readonly description?: string | null;

  @Field(() => UUID, { nullable: true, description: 'The first owner: an active member of the org. The caller where it is left out.' })
  readonly ownerId?: string | null;
}

@InputType({ description: 'What to change. A field that is left out stays as it is.' })
export class UpdateWorkspaceInput {
  @Field(() => Int, { description: 'The version that the change is based on. Another one is a conflict.' })
  readonly baseVersion: number;

  @Field(() => String, { nullable: true, description: '1 to 200 characters.' })
  readonly name?: string | null;

  @Field(() => String, { nullable: true, description: 'Lowercase kebab-case, at most 100 characters; unique among the org’s workspaces.' })
  readonly slug?: string | null;

  @Field(() => String, { nullable: true, description: 'At most 2,000 characters; null clears it.' })
  readonly description?: string | null;
}

@ObjectType({ description: 'The workspace as the change left it.', simpleResolvers: true })
export class WorkspacePayload {
  @Field(() => Workspace, { description: 'The workspace as the change left it.' })
  readonly workspace: Workspace;
}
