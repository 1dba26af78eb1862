import {
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  Kind,
  type SelectionSetNode,
  separateOperations,
  visit,
} from 'graphql';
import { compileOperations } from '../../src/rest/compile.js';
import { dialectOf } from '../../src/rest/dialect.js';
import { readDocuments } from '../../src/rest/documents.js';
import { operationsFolder } from '../../src/rest/folder.js';
import type { CompiledOperation } from '../../src/rest/operation.js';
import { isRecord } from '../../src/rest/record.js';
import { surfaces } from '../../src/rest/surfaces/index.js';

/** A REST operation and the GraphQL operation that it is saved as. */
export interface SavedOperation {
  readonly operation: CompiledOperation;
  /**
   * As a client of /graphql writes it: without the directives of REST, each enum value by its name, and each field by its own, because
   * /graphql bounds the number of aliases.
   */
  readonly document: DocumentNode;
  /** The data of that document under the names that REST documents. */
  readonly renamed: (data: unknown) => unknown;
}

/** Every saved operation of both surfaces, by `operationId`. */
export function savedOperations(schema: GraphQLSchema): ReadonlyMap<string, SavedOperation> {
  const folder = operationsFolder();
  const dialect = dialectOf(schema, folder);
  const saved = surfaces.flatMap((surface) => {
    const documents = separateOperations(readDocuments(dialect, `${folder}/${surface.name}`).document);
    return compileOperations(dialect, folder, surface).map((operation): [string, SavedOperation] => {
      const document = documents[operation.name];
      if (!document) throw new Error(`${operation.name} has no document.`);
      return [operation.name, { operation, document: inGraphQL(document), renamed: renamerOf(document) }];
    });
  });
  return new Map(saved);
}

const ofRest = new Set(['rest', 'range', 'length', 'pattern']);

function inGraphQL(document: DocumentNode): DocumentNode {
  return visit(document, {
    Directive: ({ name }) => (ofRest.has(name.value) ? null : undefined),
    EnumValue: (node) => ({ ...node, value: node.value.toUpperCase() }),
    Field: (node) => ({ ...node, alias: undefined }),
  });
}

function renamerOf(document: DocumentNode): (data: unknown) => unknown {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const operation = document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);

  const rename = (set: SelectionSetNode | undefined, data: unknown): unknown => {
    if (Array.isArray(data)) return data.map((item) => rename(set, item));
    if (!set || !isRecord(data)) return data;
    const result: Record<string, unknown> = {};
    for (const node of set.selections) {
      if (node.kind === Kind.FIELD) result[(node.alias ?? node.name).value] = rename(node.selectionSet, data[node.name.value]);
      else
        Object.assign(
          result,
          rename(node.kind === Kind.INLINE_FRAGMENT ? node.selectionSet : fragments.get(node.name.value)?.selectionSet, data),
        );
    }
    return result;
  };
  return (data) => rename(operation?.selectionSet, data);
}
