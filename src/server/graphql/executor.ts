import { type DocumentNode, type ExecutionResult, type GraphQLSchema, type OperationDefinitionNode, separateOperations } from 'graphql';
import { recordingDenials } from '../../access/denial.js';
import { type Context, forQuery } from '../../context.js';
import { compiled, type Execution, interpreted } from '../../graphql/execution.js';
import { presented } from './errors.js';

/**
 * Executes operations of documents that were validated. A document that is met a second time is compiled and kept with it: compiling costs
 * more than interpreting once, and a caller who never repeats a document can't make the gateway compile for nothing.
 */
export function createExecutor(schema: GraphQLSchema) {
  const known = new WeakMap<DocumentNode, Map<OperationDefinitionNode, Execution>>();

  function executionOf(document: DocumentNode, operation: OperationDefinitionNode): Execution {
    const executions = known.get(document);
    if (!executions) {
      known.set(document, new Map());
      return interpreted(schema, document, operation.name?.value);
    }
    const execution = executions.get(operation) ?? compiled(schema, documentOf(operation, document));
    executions.set(operation, execution);
    return execution;
  }

  return async (
    document: DocumentNode,
    operation: OperationDefinitionNode,
    variables: Record<string, unknown>,
    ctx: Context,
  ): Promise<ExecutionResult> => {
    const result = await recordingDenials(executionOf(document, operation))(
      operation.operation === 'query' ? forQuery(ctx) : ctx,
      variables,
    );
    if (!result.errors) return result;
    const isPartial = Object.values(result.data ?? {}).some((value) => value !== null);
    return { ...result, errors: result.errors.map((error) => presented(error, ctx, isPartial)) };
  };
}

/** The operation and the fragments that it needs. */
function documentOf(operation: OperationDefinitionNode, document: DocumentNode): DocumentNode {
  return separateOperations(document)[operation.name?.value ?? ''] ?? document;
}
