import { Field, Int, ObjectType } from 'type-graphql';

@ObjectType({ description: 'What a cleanup of tokens did.', simpleResolvers: true })
export class CleanupTokensPayload {
  @Field(() => Int, { description: 'How many tokens were deleted: refresh tokens, and those sent by email.' })
  readonly deletedCount: number;
}
