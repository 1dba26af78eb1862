import { Field, ID, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../graphql/connection.js';
import { DateTime } from '../graphql/scalars.js';

@ObjectType({ description: 'A place inside an org where some of its members work.', simpleResolvers: true })
export class Workspace {
  @Field(() => ID, { description: 'Of the workspace.' })
  readonly id: string;

  @Field(() => ID, { description: 'The org that the workspace is part of.' })
  readonly orgId: string;

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
