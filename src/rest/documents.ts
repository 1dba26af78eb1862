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

/**
 * All documents of a folder as one, valid against the dialect. Fragments are shared between the files of the folder.
 * @throws DocumentError naming the first place that does not fit
 */
export function readDocuments(dialect: GraphQLSchema, folder: string): DocumentNode {
  const files = readdirSync(folder).filter((name) => name.endsWith('.graphql'));
  const document = concatAST(files.sort().map((name) => parsed(join(folder, name))));
  const [fault] = validate(dialect, document);
  if (fault) throw fault.locations ? DocumentError.of(fault) : (refusedLiteral(dialect, document) ?? DocumentError.of(fault));
  return document;
}

function parsed(file: string): DocumentNode {
  try {
    return parse(new Source(readFileSync(file, 'utf8'), file));
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
