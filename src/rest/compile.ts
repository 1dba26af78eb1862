import { join } from 'node:path';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  separateOperations,
} from 'graphql';
import { compiled, type Execution } from '../graphql/execution.js';
import { openSubscription } from '../graphql/subscription.js';
import { type RestAnnotation, restOf } from './annotations.js';
import { commentAbove } from './comment.js';
import { DocumentError } from './documentError.js';
import { readDocuments } from './documents.js';
import { feedsOf } from './feeds.js';
import type { CompiledOperation, StreamedOperation } from './operation.js';
import { type OutputField, type OutputShape, objectShapeOf } from './outputShape.js';
import { parametersOf } from './parameters.js';
import { snakeCase } from './snakeCase.js';
import type { Surface } from './surface.js';

/**
 * Compiles every document of a surface: those in `folder/<surface's name>/*.graphql`.
 * @param dialect see `dialectOf`
 * @throws DocumentError for the first document that does not fit: syntax, types, path, or a route that is taken
 */
export function compileOperations(dialect: GraphQLSchema, folder: string, surface: Pick<Surface, 'name' | 'prefix'>): CompiledOperation[] {
  const { document: all, areKnownToFit } = readDocuments(dialect, join(folder, surface.name));
  const routes = new Map<string, string>();
  return Object.values(separateOperations(all)).map((document) => {
    const node = operationIn(document);
    const operation = compileOperation(dialect, document, node, surface.prefix);
    // What is not found out now is found out at the first request, when there is nobody left to refuse the document to.
    if (!areKnownToFit) findOut(operation);
    const route = routeKey(operation);
    const taken = routes.get(route);
    if (taken) throw DocumentError.at(node, `${route} is the route of ${taken} already.`);
    routes.set(route, operation.name);
    return operation;
  });
}

/** @throws DocumentError where the document does not fit */
function findOut({ parameters, feeds, output }: CompiledOperation): unknown {
  return { parameters, feeds, output };
}

/** A route without its parameters' names: two that differ in them alone are the same. */
function routeKey({ rest }: CompiledOperation): string {
  return `${rest.method} ${rest.path.replace(/:\w+/g, ':')}`;
}

function operationIn(document: DocumentNode): OperationDefinitionNode {
  const node = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (!node) throw new DocumentError('A document without an operation was separated.');
  return node;
}

function compileOperation(schema: GraphQLSchema, document: DocumentNode, node: OperationDefinitionNode, prefix: string): CompiledOperation {
  const rest = restOf(schema, node);
  if (!node.name || !rest) throw DocumentError.at(node, 'A REST operation needs a name and @rest.');
  if (!rest.path.startsWith(`${prefix}/`)) throw DocumentError.at(node, `The path ${rest.path} does not begin with ${prefix}/.`);
  const answersOnGet = node.operation !== 'mutation' || (rest.method === 'GET' && rest.stream !== undefined);
  if (answersOnGet !== (rest.method === 'GET')) {
    throw DocumentError.at(node, 'A query answers on GET, as a subscription does, and a mutation on the other methods.');
  }
  const resultPath = rest.result?.split('.') ?? [];
  const output = onFirstUse(() => outputOf(schema, document, node, rest, resultPath));
  const feeds = onFirstUse(() => feedsOf(schema, document));
  const parameters = onFirstUse(() => parametersOf(schema, node, rest, feeds()));
  const description = commentAbove(node);
  const operation = {
    name: node.name.value,
    rest,
    resultPath,
    summary: description?.match(/^.*?[.:;](?=\s|$)/)?.[0].slice(0, -1) ?? description,
    description,
    get parameters() {
      return parameters();
    },
    get feeds() {
      return feeds();
    },
    get output() {
      return output();
    },
    get notFound() {
      const shape = output();
      return rest.notFound ?? (shape?.kind === 'object' ? snakeCase(shape.typeName) : 'object');
    },
  };
  if (node.operation === 'subscription') {
    const open: StreamedOperation['open'] = (asked) => openSubscription({ schema, document, ...asked });
    return Object.assign(operation, { kind: node.operation, open });
  }
  const execution = onFirstUse(() => compiled(schema, document));
  const run: Execution = (context, variables) => execution()(context, variables);
  return Object.assign(operation, { kind: node.operation, run });
}

/** Most operations wait long for their first request, and some for ever: a start does no more for one than its route needs. */
function onFirstUse<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function outputOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  node: OperationDefinitionNode,
  rest: RestAnnotation,
  path: readonly string[],
): OutputShape | undefined {
  const shape = rest.status === 204 ? undefined : resultShapeOf(schema, document, node, path);
  if (rest.stream && (shape?.kind !== 'scalar' || shape.type.name !== 'Download')) {
    throw DocumentError.at(node, 'What is streamed is a field of the type Download.');
  }
  return shape;
}

function resultShapeOf(schema: GraphQLSchema, document: DocumentNode, node: OperationDefinitionNode, path: readonly string[]): OutputShape {
  const root = schema.getRootType(node.operation);
  if (!root) throw DocumentError.at(node, `The schema has no ${node.operation}.`);
  const fragments = new Map(document.definitions.filter(isFragment).map((fragment) => [fragment.name.value, fragment]));
  let shape: OutputShape = objectShapeOf({ schema, fragments }, root, node.selectionSet, false);
  for (const key of path) {
    const field: OutputField | undefined = shape.kind === 'object' ? shape.fields.find(({ name }) => name === key) : undefined;
    if (!field) throw DocumentError.at(node, `The result ${path.join('.')} is not selected.`);
    shape = field.shape;
  }
  // A query's null is a 404 and never a body, and a null in a stream is no event.
  return node.operation !== 'mutation' ? { ...shape, nullable: false } : shape;
}

function isFragment(node: { kind: string }): node is FragmentDefinitionNode {
  return node.kind === Kind.FRAGMENT_DEFINITION;
}
