import { Field, ID, Int, ObjectType } from 'type-graphql';

@ObjectType({ description: 'A set of permissions that is assigned to admins as one.', simpleResolvers: true })
export class Group {
  @Field(() => ID, { description: 'Of the group.' })
  readonly id: string;

  @Field(() => String, { description: 'Unique among the groups that are not archived, without case.' })
  readonly name: string;

  @Field(() => String, { description: 'What the group is for.' })
  readonly description: string;

  @Field(() => Boolean, { description: 'Whether the platform brought the group; it can’t be changed then.' })
  readonly isSystem: boolean;

  @Field(() => Int, { description: 'Rises with each change.' })
  readonly version: number;
}
