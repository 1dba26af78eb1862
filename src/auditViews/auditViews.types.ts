import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { AuditFilter } from '../audit/audit.filter.js';
import { connectionType } from '../graphql/connection.js';
import { DateTime, JSONObject } from '../graphql/scalars.js';
import { UserRef } from '../users/users.types.js';

@ObjectType({
  description: 'A filter of the trail that somebody keeps, for themselves or for everyone who reads the trail.',
  simpleResolvers: true,
})
export class AuditView {
  @Field(() => ID, { description: 'Unique in the whole platform: a UUID.' })
  readonly id: string;

  @Field(() => String, { description: 'Unique among the views of its owner, without case.' })
  readonly name: string;

  @Field(() => String, { description: 'What the view is for.' })
  readonly description: string;

  @Field(() => JSONObject, { description: 'Which entries it shows: an `AuditFilter`, fit to be sent as a variable.' })
  readonly filter: Readonly<Record<string, unknown>>;

  @Field(() => Boolean, { description: 'Whether everyone who reads the trail sees the view. Its owner alone changes it.' })
  readonly isShared: boolean;

  @Field(() => UserRef, { description: 'Who made the view.' })
  readonly owner: UserRef;

  @Field(() => Int, { description: 'Rises with each change; a change names the version it is based on.' })
  readonly version: number;

  @Field(() => DateTime, { description: 'When the view was made.' })
  readonly createdAt: string;

  @Field(() => DateTime, { description: 'When the view was last changed.' })
  readonly updatedAt: string;
}

export const AuditViewConnection = connectionType('AuditView', () => AuditView);

@InputType({ description: 'A view to keep.' })
export class CreateAuditViewInput {
  @Field(() => String, { description: '1 to 200 characters.' })
  readonly name: string;

  @Field(() => String, { defaultValue: '', description: 'At most 2,000 characters.' })
  readonly description: string;

  @Field(() => AuditFilter, { description: 'Which entries it shows.' })
  readonly filter: AuditFilter;

  @Field(() => Boolean, { defaultValue: false, description: 'Whether everyone who reads the trail sees it.' })
  readonly isShared: boolean;
}

@InputType({ description: 'What to change. A field that is left out stays as it is.' })
export class UpdateAuditViewInput {
  @Field(() => Int, { description: 'The version that the change is based on. Another one is a conflict.' })
  readonly baseVersion: number;

  @Field(() => String, { nullable: true, description: '1 to 200 characters.' })
  readonly name?: string | null;

  @Field(() => String, { nullable: true, description: 'At most 2,000 characters.' })
  readonly description?: string | null;

  @Field(() => AuditFilter, { nullable: true, description: 'Replaces the filter as a whole.' })
  readonly filter?: AuditFilter | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether everyone who reads the trail sees it.' })
  readonly isShared?: boolean | null;
}

@ObjectType({ description: 'The view as the change left it.', simpleResolvers: true })
export class AuditViewPayload {
  @Field(() => AuditView, { description: 'The view as the change left it.' })
  readonly view: AuditView;
}

@ObjectType({ description: 'What is gone.', simpleResolvers: true })
export class DeleteAuditViewPayload {
  @Field(() => ID, { description: 'The view that there was.' })
  readonly deletedId: string;
}
