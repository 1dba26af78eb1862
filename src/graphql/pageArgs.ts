import { ArgsType, Field, Int } from 'type-graphql';
import type { PageArgs } from '../db/page.js';

/** The arguments of every list. */
@ArgsType()
export class PagedArgs implements PageArgs {
  @Field(() => Int, { nullable: true, description: 'How many rows: 1 to 200, 50 where it is left out.' })
  readonly first?: number | null;

  @Field(() => String, { nullable: true, description: 'Begin behind this cursor.' })
  readonly after?: string | null;

  @Field(() => Int, { nullable: true, description: 'Instead of `after`: the number of the page of `first` rows, counted from 1.' })
  readonly page?: number | null;
}
