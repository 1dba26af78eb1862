import type { ExecutionResult } from 'graphql';
import type { RestAnnotation } from './annotations.js';
import type { Feed } from './feeds.js';
import type { OutputShape } from './outputShape.js';
import type { Parameter } from './parameter.js';

/** A REST operation, ready to run. */
export interface CompiledOperation {
  /** The documented `operationId`. */
  readonly name: string;
  readonly kind: 'query' | 'mutation';
  readonly rest: RestAnnotation;
  readonly parameters: readonly Parameter[];
  readonly feeds: readonly Feed[];
  /** Path of the response body in the data; empty for all of it. */
  readonly resultPath: readonly string[];
  /** Shape of the response body; undefined where there is none. */
  readonly output?: OutputShape;
  /** What a 404 says is missing. */
  readonly notFound: string;
  /** First sentence of the comment above the operation, and all of it. */
  readonly summary?: string;
  readonly description?: string;
  /** Executes with variables that were checked. Errors are in the result; it does not throw for what a resolver throws. */
  readonly run: (context: unknown, variables: Record<string, unknown>) => ExecutionResult | Promise<ExecutionResult>;
}
