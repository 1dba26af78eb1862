import { type DocumentNode, type ExecutionResult, execute, type GraphQLSchema } from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';

/** Runs one operation. What a resolver throws is in the result's errors. */
export type Execution = (context: unknown, variables: Record<string, unknown>) => ExecutionResult | Promise<ExecutionResult>;

/** An operation as graphql-js runs it, walking the document each time. */
export function interpreted(schema: GraphQLSchema, document: DocumentNode, operationName?: string): Execution {
  return (contextValue, variableValues) => execute({ schema, document, operationName, contextValue, variableValues });
}

/**
 * An operation as a function, compiled by graphql-jit; interpreted where it can't be compiled, which graphql-jit says by
 * returning an error.
 */
export function compiled(schema: GraphQLSchema, document: DocumentNode, operationName?: string): Execution {
  const options = { disablingCapturingStackErrors: true, useExperimentalPathBasedSkipInclude: true };
  const query = compileQuery(schema, document, operationName, options);
  if (!isCompiledQuery(query)) return interpreted(schema, document, operationName);
  return (context, variables) => query.query(undefined, context, variables);
}
