import type { ExecutionResult } from 'graphql';
import type { Subscribing } from '../graphql/subscription.js';
import type { RestAnnotation } from './annotations.js';
import type { Feed } from './feeds.js';
import type { OutputShape } from './outputShape.js';
import type { Parameter } from './parameter.js';

/** A REST operation, ready to run. What it says of itself may be found out when it is first asked: make no copy of it for its own sake. */
export type CompiledOperation = RunOperation | StreamedOperation;

interface Operation {
  /** The documented `operationId`. */
  readonly name: string;
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
}

export interface RunOperation extends Operation {
  readonly kind: 'query' | 'mutation';
  /** Executes with variables that were checked. Errors are in the result; it does not throw for what a resolver throws. */
  readonly run: (context: unknown, variables: Record<string, unknown>) => ExecutionResult | Promise<ExecutionResult>;
}

export interface StreamedOperation extends Operation {
  readonly kind: 'subscription';
  /** Opens the stream, with variables that were checked; see `openSubscription`. */
  readonly open: <C extends object>(
    asked: Pick<Subscribing<C>, 'contextOf' | 'signal' | 'variables'>,
  ) => Promise<AsyncIterable<ExecutionResult> | ExecutionResult>;
}
