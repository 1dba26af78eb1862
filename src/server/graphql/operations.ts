import { type ApolloServerPlugin, type GraphQLResponse, HeaderMap } from '@apollo/server';
import { type ExecutionResult, GraphQLError, type GraphQLSchema } from 'graphql';
import type { Context } from '../../context.js';
import type { Outcome } from '../metrics.js';
import { requireWellFormed } from '../wellFormed.js';
import { requireOneChange } from './conditional.js';
import { formatted, refusal } from './errors.js';
import { createExecutor } from './executor.js';
import { limits } from './limits.js';
import { measure, requireWithinLimits } from './measure.js';

/** What Apollo is given with a request. Apollo copies it, so it is small. */
export interface GraphQLContext {
  /** What resolvers are given. */
  readonly context: Context;
  /** Called once the operation is known, with its name, or its kind where it has none. */
  readonly nameOperation: (name: string) => void;
  /** Called where the answer holds errors: the status, 200, does not tell. */
  readonly endWith: (outcome: Outcome) => void;
}

const ours: ReadonlySet<unknown> = new Set(['INTERNAL_SERVER_ERROR', 'UNAVAILABLE']);

function outcomeOf(errors: readonly GraphQLError[]): Outcome {
  return errors.some((error) => ours.has(error.extensions.code)) ? 'server_error' : 'client_error';
}

/**
 * What happens to an operation between Apollo's validation and its answer: it is named for logs and metrics, refused where it asks for too
 * much, run by our executor, and answered with what it cost.
 *
 * It is run in the hook that may answer in Apollo's place. Apollo's other way to run operations elsewhere, a gateway, makes two accessors
 * for each request, which V8 puts into its old generation: they keep the whole answer until the next full collection.
 */
export function runOperations(schema: GraphQLSchema): ApolloServerPlugin<GraphQLContext> {
  const execute = createExecutor(schema);
  return {
    async requestDidStart() {
      let cost = 0;
      return {
        async didResolveOperation({ schema, document, operation, request, contextValue }) {
          // Apollo's type says that it is there. Where the document has none of the name that was asked for, Apollo refuses it further on.
          if (!operation) return;
          contextValue.nameOperation(operation.name?.value ?? operation.operation);
          try {
            // The variables of a POST were looked at with its body.
            if (request.http?.method === 'GET') requireWellFormed({ variables: request.variables });
            if (operation.operation === 'subscription') throw notStreamed();
            const found = measure(schema, document, operation, request.variables ?? {});
            cost = found.cost;
            requireOneChange(operation, contextValue.context.conditions);
            requireWithinLimits(found);
          } catch (error) {
            throw refusal(error);
          }
        },
        async responseForOperation({ document, operation, request, contextValue }) {
          if (!operation) return null;
          const result = await execute(document, operation, request.variables ?? {}, contextValue.context);
          if (result.errors) contextValue.endWith(outcomeOf(result.errors));
          return responseOf(result);
        },
        async didEncounterErrors({ contextValue, errors }) {
          contextValue.endWith(outcomeOf(errors));
        },
        async willSendResponse({ response, contextValue }) {
          if (contextValue.context.conditions?.progress.wasRepeated) response.http.headers.set('idempotency-replayed', 'true');
          if (response.body.kind !== 'single' || cost === 0) return;
          const { singleResult } = response.body;
          singleResult.extensions = { ...singleResult.extensions, cost: { requested: cost, limit: limits.cost } };
        },
      };
    },
  };
}

function notStreamed(): GraphQLError {
  return new GraphQLError('Subscriptions are streamed at /graphql/stream.', { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } });
}

/** The result of an execution as the answer that Apollo sends. */
function responseOf({ data, errors, extensions }: ExecutionResult): GraphQLResponse {
  if (!errors)
    return { http: { status: undefined, headers: new HeaderMap() }, body: { kind: 'single', singleResult: { data, extensions } } };
  const { errors: shown, http } = formatted(errors);
  // A request whose variables do not fit was not executed.
  const status = http.status ?? (data === undefined ? 400 : undefined);
  return {
    http: { status, headers: new HeaderMap(http.headers) },
    body: { kind: 'single', singleResult: { data, errors: shown, extensions } },
  };
}
