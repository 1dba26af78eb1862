import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  concatAST,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getNamedType,
  isScalarType,
  parse,
  Source,
  TypeInfo,
  type ValueNode,
  validate,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { DocumentError } from './documentError.js';

declare global {
  /** The sets of documents that the build has found to fit, by their digests. The bundler puts them here; elsewhere there are none. */
  var FITTING_DOCUMENTS: readonly string[] | undefined;
}

export interface Documents {
  /** All of them as one, valid against the dialect. Fragments are shared between the files of the folder. */
  readonly document: DocumentNode;
  /** The build has compiled just these: whatever could be wrong with them was found. */
  readonly areKnownToFit: boolean;
}

/**
 * Reads all documents of a folder. To validate them takes a tenth of a start: in a bundle that is done where they are not those that it was
 * built with.
 * @throws DocumentError naming the first place that does not fit
 */
export function readDocuments(dialect: GraphQLSchema, folder: string): Documents {
  const sources = sourcesIn(folder);
  const document = concatAST(sources.map(parsed));
  const areKnownToFit = globalThis.FITTING_DOCUMENTS?.includes(digest(sources)) ?? false;
  if (!areKnownToFit) requireValid(dialect, document);
  return { document, areKnownToFit };
}

function requireValid(dialect: GraphQLSchema, document: DocumentNode): void {
  const [fault] = validate(dialect, document);
  if (fault) throw fault.locations ? DocumentError.of(fault) : (refusedLiteral(dialect, document) ?? DocumentError.of(fault));
}

/** Tells one set of documents from all others. */
export function documentsDigest(folder: string): string {
  return digest(sourcesIn(folder));
}

function sourcesIn(folder: string): Source[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.graphql'));
  return files.sort().map((name) => new Source(readFileSync(join(folder, name), 'utf8'), join(folder, name)));
}

function digest(sources: readonly Source[]): string {
  return createHash('sha256')
    .update(JSON.stringify(sources.map(({ body }) => body)))
    .digest('base64');
}

function parsed(source: Source): DocumentNode {
  try {
    return parse(source);
  } catch (error) {
    throw error instanceof GraphQLError ? DocumentError.of(error) : error;
  }
}

/** The literal that its scalar refuses: graphql-js passes a scalar's own GraphQLError on without a place. */
function refusedLiteral(dialect: GraphQLSchema, document: DocumentNode): DocumentError | undefined {
  const types = new TypeInfo(dialect);
  let found: DocumentError | undefined;
  const check = (node: ValueNode) => {
    const type = getNamedType(types.getInputType());
    if (found || !isScalarType(type)) return;
    try {
      type.parseLiteral(node);
    } catch (error) {
      found = DocumentError.at(node, error instanceof Error ? error.message : `This is no ${type.name}.`);
    }
  };
  visit(
    document,
    visitWithTypeInfo(types, { StringValue: check, IntValue: check, FloatValue: check, BooleanValue: check, ObjectValue: check }),
  );
  return found;
}
