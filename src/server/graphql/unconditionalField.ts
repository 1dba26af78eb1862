import { type DocumentNode, GraphQLError, Kind, type OperationDefinitionNode } from 'graphql';

/**
 * A subscription is its one field. Where a directive leaves that out nothing is left to be streamed, for which graphql-js has no answer
 * (GraphQL, September 2025, §5.2.4.1 forbids it).
 * @param document validated: its fragments are there, and in no circle
 * @throws GraphQLError naming the directives
 */
export function requireUnconditionalField(document: DocumentNode, { selectionSet }: OperationDefinitionNode): void {
  const unread = new Map(
    document.definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one.selectionSet]] : [])),
  );
  const open = [selectionSet];
  for (let set = open.pop(); set; set = open.pop()) {
    for (const selection of set.selections) {
      const conditions = selection.directives?.filter(({ name }) => name.value === 'skip' || name.value === 'include') ?? [];
      if (conditions.length > 0) {
        throw new GraphQLError('The field of a subscription cannot be left out: @skip and @include are for the fields below it.', {
          nodes: conditions,
        });
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) open.push(selection.selectionSet);
      if (selection.kind !== Kind.FRAGMENT_SPREAD) continue;
      // Once each: a tower of fragments that spread the next one twice would be read a million times.
      const below = unread.get(selection.name.value);
      unread.delete(selection.name.value);
      if (below) open.push(below);
    }
  }
}
