import { type DocumentNode, type ExecutionResult, type GraphQLSchema, separateOperations } from 'graphql';
import type { Context } from '../../context.js';
import { compiled, type Execution, interpreted } from '../../graphql/execution.js';
import { presented } from './errors.js';

/**
 * Executes operations for Apollo. A document that is met a second time is compiled and kept with it: compiling costs more
 * than interpreting once, and a caller who never repeats a document can't make the gateway compile for nothing.
 */
export function createExecutor(schema: GraphQLSchema) {
  const known = new WeakMap<DocumentNode, Map<string, Execution>>();

  function executionOf(document: DocumentNode, operationName: string | null): Execution {
    const name = operationName ?? '';
    const executions = known.get(document);
    if (!executions) {
      known.set(document, new Map());
      return interpreted(schema, document, operationName ?? undefined);
    }
    const execution = executions.get(name) ?? compiled(schema, operationIn(document, operationName));
    executions.set(name, execution);
    return execution;
  }

  return async (
    document: DocumentNode,
    operationName: string | null,
    variables: Record<string, unknown>,
    ctx: Context,
  ): Promise<ExecutionResult> => {
    const result = await executionOf(document, operationName)(ctx, variables);
    if (!result.errors) return result;
    return { ...result, errors: result.errors.map((error) => presented(error, ctx)) };
  };
}

/** The named operation alone, or the only one there is. Validation has made sure of it. */
function operationIn(document: DocumentNode, operationName: string | null): DocumentNode {
  const operations = separateOperations(document);
  return (operationName === null ? Object.values(operations)[0] : operations[operationName]) ?? document;
}
