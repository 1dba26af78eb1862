import { Field, ID, ObjectType } from 'type-graphql';

@ObjectType({ description: 'What the caller is in an org.', simpleResolvers: true })
export class OrgAdminAccess {
  @Field(() => Boolean, { description: 'Whether the caller is an admin of the org.' })
  readonly hasAccess: boolean;

  @Field(() => ID, { description: 'The caller.' })
  readonly userId: string;

  @Field(() => ID, { description: 'The org that was asked for, whether there is one or not.' })
  readonly orgId: string;

  @Field(() => String, { nullable: true, description: 'The caller’s role in the org; null for none, and for who is no member.' })
  readonly role: string | null;

  @Field(() => String, { description: 'The same in words.' })
  readonly message: string;
}

@ObjectType({ description: 'What the caller is to the platform.', simpleResolvers: true })
export class PlatformStatus {
  @Field(() => Boolean, { description: 'Whether the caller is a member of the platform’s own org.' })
  readonly isPlatformOrg: boolean;
}
