import { Field, ID, InterfaceType } from 'type-graphql';

/** Relay's interface of what can be fetched by its id alone. */
@InterfaceType({ description: 'Anything that can be fetched by its id alone: `node(id: …)`.', autoRegisterImplementations: false })
export abstract class Node {
  @Field(() => ID, { description: 'Unique in the whole platform: a UUID.' })
  readonly id: string;
}
