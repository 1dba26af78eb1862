import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import type { FastifyBaseLogger } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { limits } from './limits.js';
import { type GraphQLContext, runOperations } from './operations.js';
import { WellFormedLiterals } from './wellFormedLiterals.js';

/** Apollo Server over the guarded schema, which runs operations in our way. Not started. */
export function createApollo(schema: GraphQLSchema, logger: FastifyBaseLogger): ApolloServer<GraphQLContext> {
  return new ApolloServer<GraphQLContext>({
    schema,
    logger,
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      runOperations(schema),
    ],
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
