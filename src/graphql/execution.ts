import {
  type ArgumentNode,
  type ASTNode,
  BREAK,
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLInputType,
  GraphQLScalarType,
  GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  type ValueNode,
  type VariableDefinitionNode,
  valueFromAST,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';

/** Runs one operation. What a resolver throws is in the result's errors. */
export type Execution = (context: unknown, variables: Record<string, unknown>) => ExecutionResult | Promise<ExecutionResult>;

/** An operation as graphql-js runs it, walking the document each time. */
export function interpreted(schema: GraphQLSchema, document: DocumentNode, operationName?: string): Execution {
  return (contextValue, variableValues) => execute({ schema, document, operationName, contextValue, variableValues });
}

/**
 * A document of one operation as a function: graphql-js coerces the variables, graphql-jit executes. Interpreted where graphql-jit can't
 * compile, which it says by returning an error.
 *
 * graphql-jit 0.8.9 coerces wrongly: a variable that is absent becomes null inside an input object, which would clear the field that it
 * should leave alone; and a default is forgotten wherever the type is non-null. So it is handed values that need no coercion: each
 * variable as one of a scalar that lets everything pass, and each literal with variables in it as one more variable.
 *
 * @param document one operation and its fragments, valid against the schema
 */
export function compiled(schema: GraphQLSchema, document: DocumentNode): Execution {
  const plain = interpreted(schema, document);
  const { rewritten, variables, literals } = prepared(schema, document);
  const options = { disablingCapturingStackErrors: true, useExperimentalPathBasedSkipInclude: true };
  const query = compileQuery(withCoerced(schema), rewritten, undefined, options);
  if (!isCompiledQuery(query)) return plain;
  return (context, sent) => {
    const { coerced, errors } = getVariableValues(schema, variables, sent);
    if (!coerced) return { errors };
    const values: Record<string, unknown> = { ...coerced };
    for (const { name, value, type } of literals) {
      values[name] = valueFromAST(value, type, coerced);
      // A null where the input has none: graphql-js says so in its own words.
      if (values[name] === undefined) return plain(context, sent);
    }
    return query.query(undefined, context, values);
  };
}

interface Literal {
  readonly name: string;
  readonly value: ValueNode;
  readonly type: GraphQLInputType;
}

interface Prepared {
  readonly rewritten: DocumentNode;
  readonly variables: readonly VariableDefinitionNode[];
  readonly literals: readonly Literal[];
}

function prepared(schema: GraphQLSchema, document: DocumentNode): Prepared {
  const types = new TypeInfo(schema);
  const literals: Literal[] = [];
  const variables: VariableDefinitionNode[] = [];
  const hoisted = visit(
    document,
    visitWithTypeInfo(types, {
      VariableDefinition: (node) => {
        variables.push(node);
      },
      Argument: (node): ArgumentNode | undefined => {
        const type = types.getArgument()?.type;
        if (!type || node.value.kind === Kind.VARIABLE || !hasVariable(node.value)) return undefined;
        const name = `literal_${literals.length}__`; // a name that no document of ours has
        literals.push({ name, value: node.value, type });
        return { ...node, value: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } } };
      },
    }),
  );
  const added = literals.map(({ name }) => coercedDefinition(name));
  const rewritten = visit(hoisted, {
    OperationDefinition: (node): OperationDefinitionNode => {
      const definitions = (node.variableDefinitions ?? []).map((one) =>
        isBoolean(one) ? one : coercedDefinition(one.variable.name.value),
      );
      return { ...node, variableDefinitions: [...definitions, ...added] };
    },
  });
  return { rewritten, variables, literals };
}

function hasVariable(node: ASTNode): boolean {
  let found = false;
  visit(node, {
    Variable: () => {
      found = true;
      return BREAK;
    },
  });
  return found;
}

/** graphql-jit wants to see the type of what `@skip` and `@include` read. */
function isBoolean({ type }: VariableDefinitionNode): boolean {
  const named = type.kind === Kind.NON_NULL_TYPE ? type.type : type;
  return named.kind === Kind.NAMED_TYPE && named.name.value === 'Boolean';
}

const Coerced = new GraphQLScalarType({ name: 'AlreadyCoerced', parseValue: (value) => value });

function coercedDefinition(name: string): VariableDefinitionNode {
  return {
    kind: Kind.VARIABLE_DEFINITION,
    variable: { kind: Kind.VARIABLE, name: { kind: Kind.NAME, value: name } },
    type: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: Coerced.name } },
  };
}

const extended = new WeakMap<GraphQLSchema, GraphQLSchema>();

/** The same schema, types and resolvers, with one scalar more. */
function withCoerced(schema: GraphQLSchema): GraphQLSchema {
  const known = extended.get(schema);
  if (known) return known;
  const config = schema.toConfig();
  const made = new GraphQLSchema({ ...config, types: [...config.types, Coerced], assumeValid: true });
  extended.set(schema, made);
  return made;
}
