import { join } from 'node:path';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  separateOperations,
} from 'graphql';
import { compiled } from '../graphql/execution.js';
import { openSubscription } from '../graphql/subscription.js';
import { restOf } from './annotations.js';
import { commentAbove } from './comment.js';
import { DocumentError } from './documentError.js';
import { readDocuments } from './documents.js';

import { feedsOf } from './feeds.js';
import type { CompiledOperation } from './operation.js';
import { type OutputField, type OutputShape, objectShapeOf } from './outputShape.js';
import { parametersOf } from './parameters.js';
import type { Surface } from './surface.js';

/**
 * Compiles every document of a surface: those in `folder/<surface's name>/*.graphql`.
 * @param dialect see `dialectOf`
 * @throws DocumentError for the first document that does not fit: syntax, types, path, or a route that is taken
 */
export function compileOperations(dialect: GraphQLSchema, folder: string, surface: Pick<Surface, 'name' | 'prefix'>): CompiledOperation[] {
  const all = readDocuments(dialect, join(folder, surface.name));
  const routes = new Map<string, string>();
  return Object.values(separateOperations(all)).map((document) => {
    const node = operationIn(document);
    const operation = compileOperation(dialect, document, node, surface.prefix);
    const route = routeKey(operation);
    const taken = routes.get(route);
    if (taken) throw DocumentError.at(node, `${route} is the route of ${taken} already.`);
    routes.set(route, operation.name);
    return operation;
  });
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
  const output = rest.status === 204 ? undefined : outputOf(schema, document, node, resultPath);
  if (rest.stream && (output?.kind !== 'scalar' || output.type.name !== 'Download')) {
    throw DocumentError.at(node, 'What is streamed is a field of the type Download.');
  }
  const feeds = feedsOf(schema, document);
  const description = commentAbove(node);
  const operation = {
    name: node.name.value,
    rest,
    parameters: parametersOf(schema, node, rest, feeds),
    feeds,
    resultPath,
    output,
    notFound: rest.notFound ?? (output?.kind === 'object' ? snakeCase(output.typeName) : 'object'),
    summary: description?.match(/^.*?[.:;](?=\s|$)/)?.[0].slice(0, -1) ?? description,
    description,
  };
  if (node.operation === 'subscription') {
    return { ...operation, kind: node.operation, open: (asked) => openSubscription({ schema, document, ...asked }) };
  }
  return { ...operation, kind: node.operation, run: compiled(schema, document) };
}

function snakeCase(name: string): string {
  return name.replace(/(?<=.)[A-Z]/g, '_$&').toLowerCase();
}

function outputOf(schema: GraphQLSchema, document: DocumentNode, node: OperationDefinitionNode, path: readonly string[]): OutputShape {
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
