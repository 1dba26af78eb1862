import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled, ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import type { FastifyBaseLogger } from 'fastify';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import type { Context } from '../../context.js';
import type { Outcome } from '../metrics.js';
import { requireWellFormed } from '../wellFormed.js';
import { requireOneChange } from './conditional.js';
import { refusal } from './errors.js';
import { createExecutor } from './executor.js';
import { limits } from './limits.js';
import { measure, requireWithinLimits } from './measure.js';
import { WellFormedLiterals } from './wellFormedLiterals.js';

/** A context that can say what it runs and how that ended, for logs and metrics. */
export interface GraphQLContext extends Context {
  /** Called once the operation is known, with its name, or its kind where it has none. */
  readonly nameOperation: (name: string) => void;
  /** Called where the answer holds errors: the status, 200, does not tell. */
  readonly endWith: (outcome: Outcome) => void;
}

function notStreamed(): GraphQLError {
  return new GraphQLError('Subscriptions are streamed at /graphql/stream.', { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } });
}

/** Refuses what asks for too much, and says in the answer what it costs. */
const metered: ApolloServerPlugin<GraphQLContext> = {
  async requestDidStart() {
    let cost = 0;
    return {
      async didResolveOperation({ schema, document, operation, request, contextValue }) {
        try {
          // The variables of a POST were looked at with its body.
          if (request.http?.method === 'GET') requireWellFormed({ variables: request.variables });
          if (!operation) return;
          if (operation.operation === 'subscription') throw notStreamed();
          const found = measure(schema, document, operation, request.variables ?? {});
          cost = found.cost;
          requireOneChange(operation, contextValue.conditions);
          requireWithinLimits(found);
        } catch (error) {
          throw refusal(error);
        }
      },
      async willSendResponse({ response, contextValue }) {
        if (contextValue.conditions?.progress.wasRepeated) response.http.headers.set('idempotency-replayed', 'true');
        if (response.body.kind !== 'single' || cost === 0) return;
        const { singleResult } = response.body;
        singleResult.extensions = { ...singleResult.extensions, cost: { requested: cost, limit: limits.cost } };
      },
    };
  },
};

const ours: ReadonlySet<unknown> = new Set(['INTERNAL_SERVER_ERROR', 'UNAVAILABLE']);

/** Tells logs and metrics what ran, and how it ended. */
const followed: ApolloServerPlugin<GraphQLContext> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ contextValue, operation }) {
        if (operation) contextValue.nameOperation(operation.name?.value ?? operation.operation);
      },
      async didEncounterErrors({ contextValue, errors }) {
        contextValue.endWith(errors.some((error) => ours.has(error.extensions.code)) ? 'server_error' : 'client_error');
      },
    };
  },
};

/** Apollo Server over the guarded schema, with our executor behind it. Not started. */
export function createApollo(schema: GraphQLSchema, logger: FastifyBaseLogger): ApolloServer<GraphQLContext> {
  const execute = createExecutor(schema);
  return new ApolloServer<GraphQLContext>({
    gateway: {
      onSchemaLoadOrUpdate(callback) {
        callback({ apiSchema: schema, coreSupergraphSdl: '' });
        return () => {};
      },
      async load() {
        return {
          // The name as it was asked for: Apollo's own `operationName` is null for a name that the document lacks, which would run the
          // only operation there is, past the limits. Apollo types a gateway's context as any record; it is what the route's context
          // function made.
          executor: ({ document, request, context }) =>
            execute(document, request.operationName ?? null, request.variables ?? {}, context as GraphQLContext),
        };
      },
      async stop() {},
    },
    logger,
    plugins: [ApolloServerPluginCacheControlDisabled(), ApolloServerPluginLandingPageDisabled(), metered, followed],
    parseOptions: { maxTokens: limits.tokens },
    validationRules: [WellFormedLiterals],
    introspection: true,
    persistedQueries: false,
    // No page of another site can send one of these unasked. Clients that read by GET, as urql does, name themselves by their token alone.
    csrfPrevention: { requestHeaders: ['x-apollo-operation-name', 'apollo-require-preflight', 'authorization'] },
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    // Apollo's own adds a newline, for which a long answer would be copied.
    stringifyResult: (result) => JSON.stringify(result),
    stopOnTerminationSignals: false,
  });
}
