import {
  type DocumentNode,
  type ExecutionResult,
  type GraphQLSchema,
  getOperationAST,
  type OperationDefinitionNode,
  separateOperations,
} from 'graphql';
import { recordingDenials } from '../../access/denial.js';
import { type Context, forQuery } from '../../context.js';
import { compiled, type Execution, interpreted } from '../../graphql/execution.js';
import { presented } from './errors.js';

/**
 * Executes operations for Apollo. A document that is met a second time is compiled and kept with it: compiling costs more
 * than interpreting once, and a caller who never repeats a document can't make the gateway compile for nothing.
 */
export function createExecutor(schema: GraphQLSchema) {
  const known = new WeakMap<DocumentNode, Map<OperationDefinitionNode, Execution>>();

  function executionOf(document: DocumentNode, operationName: string | null): Execution {
    const operation = getOperationAST(document, operationName);
    // No such operation, or several and no name: graphql-js refuses, and nothing is compiled or kept for a name that a caller made up.
    if (!operation) return interpreted(schema, document, operationName ?? undefined);
    const executions = known.get(document);
    if (!executions) {
      known.set(document, new Map());
      return interpreted(schema, document, operationName ?? undefined);
    }
    const execution = executions.get(operation) ?? compiled(schema, documentOf(operation, document));
    executions.set(operation, execution);
    return execution;
  }

  return async (
    document: DocumentNode,
    operationName: string | null,
    variables: Record<string, unknown>,
    ctx: Context,
  ): Promise<ExecutionResult> => {
    const isQuery = getOperationAST(document, operationName)?.operation === 'query';
    const result = await recordingDenials(executionOf(document, operationName))(isQuery ? forQuery(ctx) : ctx, variables);
    if (!result.errors) return result;
    const isPartial = Object.values(result.data ?? {}).some((value) => value !== null);
    return { ...result, errors: result.errors.map((error) => presented(error, ctx, isPartial)) };
  };
}

/** The operation and the fragments that it needs. */
function documentOf(operation: OperationDefinitionNode, document: DocumentNode): DocumentNode {
  return separateOperations(document)[operation.name?.value ?? ''] ?? document;
}
