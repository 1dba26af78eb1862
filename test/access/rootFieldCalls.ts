import {
  type GraphQLInputType,
  type GraphQLSchema,
  getArgumentValues,
  getNullableType,
  getVariableValues,
  isInputObjectType,
  isInputType,
  isListType,
  isScalarType,
  Kind,
  type OperationDefinitionNode,
  parse,
  typeFromAST,
} from 'graphql';
import { isRecord } from '../../src/rest/record.js';
import { nobody } from './rootFields.js';

type Variables = Readonly<Record<string, unknown>>;

function operationIn(document: string): OperationDefinitionNode {
  const node = parse(document).definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (!node) throw new Error(`There is no operation in ${document}`);
  return node;
}

function variableTypes(schema: GraphQLSchema, document: string): [string, GraphQLInputType][] {
  return (operationIn(document).variableDefinitions ?? []).flatMap((node): [string, GraphQLInputType][] => {
    const type = typeFromAST(schema, node.type);
    return isInputType(type) ? [[node.variable.name.value, type]] : [];
  });
}

const idScalars = ['UUID', 'ID'];

/** The value with an id of nothing in place of each id. */
function withoutIds(type: GraphQLInputType, value: unknown): unknown {
  const bare = getNullableType(type);
  if (value === null || value === undefined) return value;
  if (isListType(bare)) return Array.isArray(value) ? value.map((item) => withoutIds(bare.ofType, item)) : value;
  if (isScalarType(bare)) return idScalars.includes(bare.name) ? nobody : value;
  if (!isInputObjectType(bare) || !isRecord(value)) return value;
  const fields = bare.getFields();
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const field = fields[name];
      return [name, field ? withoutIds(field.type, item) : item];
    }),
  );
}

/** The variables with an id that was never given out in place of each id. */
export function aboutNothing(schema: GraphQLSchema, document: string, variables: Variables): Variables {
  return Object.fromEntries(variableTypes(schema, document).map(([name, type]) => [name, withoutIds(type, variables[name])]));
}

/** Whether a document names an object. */
export function namesAnObject(schema: GraphQLSchema, document: string, variables: Variables): boolean {
  return JSON.stringify(aboutNothing(schema, document, variables)).includes(nobody);
}

/** The arguments that a document hands to its root field. */
export function argumentsOf(schema: GraphQLSchema, document: string, variables: Variables): Variables {
  const operation = operationIn(document);
  const [node] = operation.selectionSet.selections;
  const type = schema.getRootType(operation.operation);
  const field = node?.kind === Kind.FIELD ? type?.getFields()[node.name.value] : undefined;
  if (!field || node?.kind !== Kind.FIELD) throw new Error(`There is no root field in ${document}`);
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  if (errors) throw new Error(`${document} does not take these variables: ${errors.map(({ message }) => message)}`);
  return getArgumentValues(field, node, coerced);
}
