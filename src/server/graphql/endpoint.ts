import type { ApolloServer, BaseContext } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Context } from '../../context.js';
import { sendExplorer, servesExplorer } from '../explorer/explorer.js';
import { wantsExplorer } from '../explorer/wantsExplorer.js';
import type { Outcome } from '../metrics.js';
import { requireWellFormed } from '../wellFormed.js';
import { handleGraphqlError, refusal } from './errors.js';
import type { GraphQLContext } from './operations.js';

/**
 * Serves a started Apollo Server at a path; a browser that opens the path gets the explorer, where the plugin is
 * registered. The context function's errors are answered with the status that goes with them.
 */
export function mountApollo<C extends BaseContext>(
  app: FastifyInstance,
  apollo: ApolloServer<C>,
  path: string,
  contextOf: (request: FastifyRequest) => Promise<C>,
): void {
  const answer = fastifyApolloHandler<C>(apollo, { context: contextOf });
  app.route({
    method: ['GET', 'POST'],
    url: path,
    errorHandler: handleGraphqlError,
    async handler(request, reply) {
      request.operation = { surface: 'graphql', name: 'unknown' };
      if (servesExplorer(app) && wantsExplorer(request)) return sendExplorer(reply);
      // The same address answers browsers with a page.
      reply.header('vary', 'accept');
      return answer.call(app, request, reply);
    },
  });
}

/** A request's GraphQL context: the caller, and a place to say what is run. */
export async function graphqlContext(
  request: FastifyRequest,
  contextOf: (request: FastifyRequest) => Promise<Context>,
): Promise<GraphQLContext> {
  try {
    requireWellFormed(request.body);
    return {
      context: await contextOf(request),
      nameOperation(name: string) {
        request.operation = { surface: 'graphql', name };
      },
      endWith(outcome: Outcome) {
        request.outcome = outcome;
      },
    };
  } catch (error) {
    throw refusal(error);
  }
}
