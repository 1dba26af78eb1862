import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { defaultPageSize } from '../../db/page.js';
import { Invalid } from '../../errors.js';
import { limits } from './limits.js';

/** What a document asks for. Fragments count wherever they are spread. */
export interface Measure {
  readonly depth: number;
  readonly introspectionDepth: number;
  readonly aliases: number;
  readonly directives: number;
  /** Every selected field counts one, times the rows of each list that it is in. */
  readonly cost: number;
}

/** Rows that a list without a page is taken to have. */
const assumedListSize = 10;
const nothing: Measure = { depth: 0, introspectionDepth: 0, aliases: 0, directives: 0, cost: 0 };

function plus(a: Measure, b: Measure): Measure {
  return {
    depth: Math.max(a.depth, b.depth),
    introspectionDepth: Math.max(a.introspectionDepth, b.introspectionDepth),
    aliases: a.aliases + b.aliases,
    directives: a.directives + b.directives,
    cost: a.cost + b.cost,
  };
}

/** Measures of operations whose page sizes stand in the document: the same at each execution. */
const constant = new WeakMap<OperationDefinitionNode, Measure>();

/**
 * Measures an operation of a document that was validated, with the variables it is to run with.
 * @throws Invalid naming a page size outside its bounds
 */
export function measure(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Measure {
  const known = constant.get(operation);
  if (known) return known;
  let dependsOnVariables = false;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  // A fragment weighs the same wherever it is spread: measuring it once keeps a tower of fragments from costing us time.
  const measured = new Map<string, Measure>();
  const defaults = new Map(
    (operation.variableDefinitions ?? []).map(({ variable, defaultValue }) => [
      variable.name.value,
      defaultValue?.kind === Kind.INT ? Number(defaultValue.value) : undefined,
    ]),
  );

  function sizeOf(field: FieldNode): number | undefined {
    const node = field.arguments?.find((argument) => argument.name.value === 'first')?.value;
    if (!node || node.kind === Kind.NULL) return undefined;
    if (node.kind === Kind.VARIABLE) dependsOnVariables = true;
    const value =
      node.kind === Kind.INT
        ? Number(node.value)
        : node.kind === Kind.VARIABLE
          ? // A default is for a variable that is absent, not for one that is null.
            Object.hasOwn(variables, node.name.value)
            ? variables[node.name.value]
            : defaults.get(node.name.value)
          : undefined;
    if (typeof value !== 'number') return undefined;
    if (value < 1 || value > limits.pageSize) {
      throw Invalid.field(['first'], `A page has between 1 and ${limits.pageSize} rows.`, 'value_error', { ge: 1, le: limits.pageSize });
    }
    return value;
  }

  function ofSet(set: SelectionSetNode | undefined, parent: GraphQLNamedType | undefined, isIntrospection: boolean): Measure {
    let sum = nothing;
    for (const node of set?.selections ?? []) {
      const directives = { ...nothing, directives: node.directives?.length ?? 0 };
      sum = plus(sum, directives);
      if (node.kind === Kind.FIELD) sum = plus(sum, ofField(node, parent, isIntrospection));
      else if (node.kind === Kind.INLINE_FRAGMENT) {
        const type = node.typeCondition ? schema.getType(node.typeCondition.name.value) : parent;
        sum = plus(sum, ofSet(node.selectionSet, type, isIntrospection));
      } else sum = plus(sum, ofFragment(node.name.value, isIntrospection));
    }
    return sum;
  }

  function ofFragment(name: string, isIntrospection: boolean): Measure {
    const known = measured.get(name);
    if (known) return known;
    const fragment = fragments.get(name);
    const type = fragment && schema.getType(fragment.typeCondition.name.value);
    const result = ofSet(fragment?.selectionSet, type, isIntrospection);
    measured.set(name, result);
    return result;
  }

  function ofField(node: FieldNode, parent: GraphQLNamedType | undefined, isIntrospection: boolean): Measure {
    const name = node.name.value;
    const introspects = isIntrospection || name === '__schema' || name === '__type';
    const definition = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
    const type = definition && getNamedType(definition.type);
    const isList = definition && isListType(isNonNullType(definition.type) ? definition.type.ofType : definition.type);
    const below = ofSet(node.selectionSet, type, introspects);
    const isPaged = definition?.args.some((argument) => argument.name === 'first') ?? false;
    const isPlainList = isList && isCompositeType(type) && name !== 'edges' && name !== 'nodes';
    const rows = isPaged ? (sizeOf(node) ?? defaultPageSize) : isPlainList ? assumedListSize : 1;
    return {
      depth: introspects ? 0 : below.depth + 1,
      introspectionDepth: introspects ? below.introspectionDepth + 1 : below.introspectionDepth,
      aliases: below.aliases + (node.alias ? 1 : 0),
      directives: below.directives,
      cost: 1 + below.cost * rows,
    };
  }

  const found = ofSet(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined, false);
  if (!dependsOnVariables) constant.set(operation, found);
  return found;
}

const bounded = ['depth', 'introspectionDepth', 'aliases', 'directives', 'cost'] as const;
const words = {
  depth: 'depth',
  introspectionDepth: 'introspection depth',
  aliases: 'number of aliases',
  directives: 'number of directives',
  cost: 'cost',
};

/** @throws GraphQLError with the code `QUERY_TOO_LARGE` naming the first limit that is exceeded */
export function requireWithinLimits(found: Measure): void {
  const over = bounded.find((name) => found[name] > limits[name]);
  if (!over) return;
  throw new GraphQLError(`The query's ${words[over]} is ${found[over]}; at most ${limits[over]} is served.`, {
    extensions: { code: 'QUERY_TOO_LARGE', limit: limits[over], found: found[over], http: { status: 400 } },
  });
}
