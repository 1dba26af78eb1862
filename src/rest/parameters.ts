import {
  type GraphQLSchema,
  isInputType,
  type OperationDefinitionNode,
  typeFromAST,
  type VariableDefinitionNode,
  valueFromASTUntyped,
} from 'graphql';
import { boundsOf, type RestAnnotation } from './annotations.js';
import { commentAbove } from './comment.js';
import { DocumentError } from './documentError.js';
import type { Feed } from './feeds.js';
import { type InputShape, inputShapeOf } from './inputShape.js';
import type { Parameter } from './parameter.js';

/**
 * The variables of an operation as parameters, in the document's order.
 * @throws DocumentError where the path and the variables do not fit together, or a query string could not carry a value
 */
export function parametersOf(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  rest: RestAnnotation,
  feeds: readonly Feed[],
): Parameter[] {
  const inPath = pathParameters(rest.path);
  const parameters = (operation.variableDefinitions ?? []).map((node) => parameterOf(schema, node, rest, inPath, feeds));
  const missing = [...inPath].find((name) => !parameters.some((parameter) => parameter.name === name));
  if (missing) throw DocumentError.at(operation, `The path names :${missing}, but there is no variable $${missing}.`);
  return parameters;
}

/** Names of the `:parameters` of a path. */
function pathParameters(path: string): Set<string> {
  return new Set([...path.matchAll(/:(\w+)/g)].flatMap(([, name]) => name ?? []));
}

function parameterOf(
  schema: GraphQLSchema,
  node: VariableDefinitionNode,
  rest: RestAnnotation,
  inPath: ReadonlySet<string>,
  feeds: readonly Feed[],
): Parameter {
  const name = node.variable.name.value;
  const type = typeFromAST(schema, node.type);
  if (!isInputType(type)) throw DocumentError.at(node, `$${name} is of no input type.`);
  const shape = inputShapeOf(type, boundsOf(schema, node));
  const place = inPath.has(name) ? 'path' : rest.method === 'GET' || rest.method === 'DELETE' ? 'query' : 'body';
  const fault = placeFault(place, shape, node.defaultValue !== undefined);
  if (fault) throw DocumentError.at(node, `$${name} ${fault}`);
  // GraphQL lets it pass where the argument has a default, and refuses the null when it comes.
  if (shape.nullable && rest.nulls === 'KEEP' && feeds.some((feed) => feed.variable === name && feed.nonNull)) {
    throw DocumentError.at(node, `$${name} may be null, and feeds what may not: say "!" and the default.`);
  }
  return {
    name,
    place,
    shape,
    required: !shape.nullable && !node.defaultValue,
    default: node.defaultValue && valueFromASTUntyped(node.defaultValue),
    description: commentAbove(node) ?? feeds.find((feed) => feed.variable === name)?.description,
  };
}

function placeFault(place: Parameter['place'], shape: InputShape, hasDefault: boolean): string | undefined {
  if (place === 'path' && (shape.nullable || hasDefault)) return 'is in the path, so it must be non-null and have no default.';
  if (place === 'path' && shape.kind !== 'scalar' && shape.kind !== 'enum') return 'is in the path, so it must be one value.';
  const item = shape.kind === 'list' ? shape.of : shape;
  if (place === 'query' && (item.kind === 'object' || item.kind === 'list'))
    return 'is in the query string, which carries only values and lists of them.';
  return undefined;
}
