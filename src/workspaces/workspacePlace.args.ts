import { ArgsType, Field } from 'type-graphql';
import { UUID } from '../graphql/scalars.js';
import type { WorkspacePlace } from './enterWorkspace.js';

/** Names a workspace. */
@ArgsType()
export class WorkspacePlaceArgs implements WorkspacePlace {
  @Field(() => UUID, { description: 'The workspace.' })
  readonly workspaceId: string;

  @Field(() => UUID, { nullable: true, description: 'The org that it must be part of: in another one there is no such workspace.' })
  readonly orgId?: string | null;
}
