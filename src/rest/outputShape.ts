import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLEnumType,
  type GraphQLOutputType,
  type GraphQLScalarType,
  type GraphQLSchema,
  GraphQLString,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isListType,
  isNonNullType,
  isScalarType,
  isUnionType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** What a selection answers with. */
export type OutputShape =
  | { readonly kind: 'scalar'; readonly type: GraphQLScalarType; readonly nullable: boolean }
  | { readonly kind: 'enum'; readonly type: GraphQLEnumType; readonly nullable: boolean }
  | { readonly kind: 'list'; readonly of: OutputShape; readonly nullable: boolean }
  | ObjectShape;

export interface ObjectShape {
  readonly kind: 'object';
  readonly typeName: string;
  readonly nullable: boolean;
  readonly fields: readonly OutputField[];
  /** Name of the fragment that is all of the selection: the documented name of this shape. */
  readonly component?: string;
}

export interface OutputField {
  /** The alias, or the name where there is none. */
  readonly name: string;
  readonly shape: OutputShape;
  /** May be left out of the answer: it hangs on a type condition, `@skip` or `@include`. */
  readonly optional: boolean;
  readonly description?: string;
}

/** What shapes are read with. */
export interface ShapeSource {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
}

/** The shape of a selection on a type; the document must be valid. */
export function objectShapeOf(source: ShapeSource, type: GraphQLCompositeType, set: SelectionSetNode, nullable: boolean): ObjectShape {
  const [only, ...others] = set.selections;
  const component = only?.kind === Kind.FRAGMENT_SPREAD && others.length === 0 && !isConditional(only) ? only.name.value : undefined;
  const fields = new Map<string, OutputField>();
  collect(source, type, set, false, fields);
  return { kind: 'object', typeName: type.name, nullable, fields: [...fields.values()], component };
}

function collect(
  source: ShapeSource,
  type: GraphQLCompositeType,
  set: SelectionSetNode,
  optional: boolean,
  into: Map<string, OutputField>,
): void {
  for (const node of set.selections) {
    const maybe = optional || isConditional(node);
    if (node.kind === Kind.FIELD) {
      const field = fieldOf(source, type, node, maybe);
      const known = into.get(field.name);
      into.set(field.name, known ? merged(known, field) : field);
      continue;
    }
    const fragment = node.kind === Kind.FRAGMENT_SPREAD ? source.fragments.get(node.name.value) : node;
    if (!fragment) continue;
    const on = fragment.typeCondition ? source.schema.getType(fragment.typeCondition.name.value) : type;
    if (isCompositeType(on)) collect(source, on, fragment.selectionSet, maybe || narrows(source.schema, type, on), into);
  }
}

/** Whether some object of `type` is none of `on`. */
function narrows(schema: GraphQLSchema, type: GraphQLCompositeType, on: GraphQLCompositeType): boolean {
  if (type === on) return false;
  return isUnionType(type) || !isAbstractType(on) || !schema.isSubType(on, type);
}

function isConditional(node: SelectionNode): boolean {
  return node.directives?.some(({ name }) => name.value === 'skip' || name.value === 'include') ?? false;
}

function fieldOf(source: ShapeSource, type: GraphQLCompositeType, node: FieldNode, optional: boolean): OutputField {
  const name = node.alias?.value ?? node.name.value;
  const definition = isUnionType(type) ? undefined : type.getFields()[node.name.value];
  // What the type does not define is __typename: the document is valid.
  if (!definition) return { name, shape: { kind: 'scalar', type: GraphQLString, nullable: false }, optional };
  return { name, shape: shapeOf(source, definition.type, node), optional, description: definition.description ?? undefined };
}

function shapeOf(source: ShapeSource, type: GraphQLOutputType, node: FieldNode, nullable = true): OutputShape {
  if (isNonNullType(type)) return shapeOf(source, type.ofType, node, false);
  if (isListType(type)) return { kind: 'list', of: shapeOf(source, type.ofType, node), nullable };
  if (isScalarType(type)) return { kind: 'scalar', type, nullable };
  if (isEnumType(type)) return { kind: 'enum', type, nullable };
  return objectShapeOf(source, type, node.selectionSet ?? { kind: Kind.SELECTION_SET, selections: [] }, nullable);
}

/** A key that is selected twice: objects are merged, leaves are the same by GraphQL's own rule. */
function merged(a: OutputField, b: OutputField): OutputField {
  return { ...a, shape: mergedShape(a.shape, b.shape), optional: a.optional && b.optional };
}

function mergedShape(a: OutputShape, b: OutputShape): OutputShape {
  if (a.kind === 'list' && b.kind === 'list') return { ...a, of: mergedShape(a.of, b.of) };
  if (a.kind !== 'object' || b.kind !== 'object') return a;
  const fields = new Map(a.fields.map((field) => [field.name, field]));
  for (const field of b.fields) {
    const known = fields.get(field.name);
    fields.set(field.name, known ? merged(known, field) : field);
  }
  return { ...a, fields: [...fields.values()], component: a.component === b.component ? a.component : undefined };
}
