import {
  type ASTNode,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isNonNullType,
  Kind,
  type ObjectValueNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';

/** Which variable gives an argument, or a part of one, its value. */
export interface Feed {
  /** Response keys down to the field: `['updateOrg']`. */
  readonly field: readonly string[];
  /** Path from the field's arguments: `['input', 'contactEmail']`. */
  readonly argument: readonly string[];
  readonly variable: string;
  /** Whether the argument takes no null. */
  readonly nonNull: boolean;
  /** What the schema says of the argument. */
  readonly description?: string;
}

/** Every feed of an operation, in the document's order. Fields inside fragments are left out: documents give them no variables. */
export function feedsOf(schema: GraphQLSchema, document: DocumentNode): Feed[] {
  const types = new TypeInfo(schema);
  const field: string[] = [];
  const feeds: Feed[] = [];
  const visitor = {
    FragmentDefinition: () => false as const,
    Field: {
      enter: (node: { alias?: { value: string }; name: { value: string } }) => {
        field.push(node.alias?.value ?? node.name.value);
      },
      leave: () => {
        field.pop();
      },
    },
    Argument: (node: { name: { value: string }; value: ASTNode }) => {
      const definition = types.getArgument();
      if (definition) collect(node.value, definition.type, [node.name.value], definition.description ?? undefined);
    },
  };

  function collect(value: ASTNode, type: GraphQLInputType, argument: readonly string[], description?: string): void {
    if (value.kind === Kind.VARIABLE) {
      feeds.push({ field: [...field], argument, variable: value.name.value, nonNull: isNonNullType(type), description });
    } else if (value.kind === Kind.OBJECT) collectMembers(value, type, argument);
  }

  function collectMembers(value: ObjectValueNode, type: GraphQLInputType, argument: readonly string[]): void {
    const object = getNamedType(type);
    if (!isInputObjectType(object)) return;
    for (const member of value.fields) {
      const definition = object.getFields()[member.name.value];
      if (definition) collect(member.value, definition.type, [...argument, member.name.value], definition.description ?? undefined);
    }
  }

  visit(document, visitWithTypeInfo(types, visitor));
  return feeds;
}

/** Where a value stands in the request: the variable that feeds it, and the way on inside the variable's value. */
export interface Fed {
  readonly variable: string;
  readonly rest: readonly (string | number)[];
}

/**
 * The variable that fed the value at `path` of a field's arguments.
 * @param field response keys down to the field; indexes of lists are skipped
 * @returns undefined where the value stands in the document itself
 */
export function fedBy(feeds: readonly Feed[], field: readonly (string | number)[], path: readonly (string | number)[]): Fed | undefined {
  const keys = field.filter((key) => typeof key === 'string');
  const feed = feeds.find(
    (candidate) => keys.join('.') === candidate.field.join('.') && candidate.argument.every((name, i) => name === path[i]),
  );
  return feed && { variable: feed.variable, rest: path.slice(feed.argument.length) };
}
