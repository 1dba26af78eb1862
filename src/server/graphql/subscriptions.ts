import { STATUS_CODES } from 'node:http';
import { ApolloServerErrorCode } from '@apollo/server/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import type { Response } from 'graphql-sse';
import { createHandler } from 'graphql-sse/lib/use/fastify';
import { actorOf, type Context } from '../../context.js';
import { isIterable, openSubscription } from '../../graphql/subscription.js';
import type { OpenStreams } from '../openStreams.js';
import { requireWellFormed } from '../wellFormed.js';
import { handleGraphqlError, presented, refusedUnread } from './errors.js';
import { limits } from './limits.js';
import { measure, requireWithinLimits } from './measure.js';
import { requireUnconditionalField } from './unconditionalField.js';
import { WellFormedLiterals } from './wellFormedLiterals.js';

export interface SubscriptionOptions {
  readonly schema: GraphQLSchema;
  readonly path: string;
  readonly streams: OpenStreams;
  readonly contextOf: (request: FastifyRequest) => Promise<Context>;
}

/**
 * Serves subscriptions as server-sent events, in the "distinct connections" mode of the graphql-sse protocol: a POST or GET with
 * `Accept: text/event-stream` is answered with a `next` event for each result and a `complete` at the end. Credentials, rules and limits
 * are those of queries. The protocol's other mode keeps reservations in the process, which a caller behind a load balancer would miss.
 */
export function mountSubscriptions(app: FastifyInstance, { schema, path, streams, contextOf }: SubscriptionOptions): void {
  const handle = createHandler({
    // No token: the protocol's other mode is off.
    authenticate: () => null,
    async onSubscribe({ raw: request, context: { reply } }, { query, operationName, variables = {} }) {
      try {
        const { id } = actorOf(await contextOf(request));
        const document = documentOf(schema, query, operationName, variables);
        const name = getOperationAST(document, operationName)?.name?.value;
        if (name) request.operation = { surface: 'graphql', name };
        const signal = streams.open(reply, id);
        const asked = { schema, document, operationName, variables, contextOf: () => contextOf(request), signal, present };
        const results = await openSubscription(asked);
        return isIterable(results) ? results : { data: null, ...results };
      } catch (error) {
        return refusal(error, request);
      }
    },
  });
  app.route({
    method: ['GET', 'POST'],
    url: path,
    errorHandler: handleGraphqlError,
    async handler(request, reply) {
      request.operation = { surface: 'graphql', name: 'subscription' };
      // The handler takes a body that JSON has as `null`, `false` or `0` for one that is still to come, and waits for it for ever.
      if (request.method === 'POST' && !isObject(request.body)) {
        const error = { message: 'A subscription is sent as an object in JSON.', extensions: { code: 'BAD_REQUEST' } };
        return reply.status(400).send({ errors: [error] });
      }
      await handle(request, reply);
    },
  });
}

/** @throws GraphQLError, Invalid where the document is no subscription that may run */
function documentOf(
  schema: GraphQLSchema,
  query: string,
  operationName: string | null | undefined,
  variables: Record<string, unknown>,
): DocumentNode {
  requireWellFormed({ variables });
  const document = parsed(query);
  const [fault] = validate(schema, document, [...specifiedRules, WellFormedLiterals]);
  if (fault) throw withCode(fault, ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED);
  const operation = getOperationAST(document, operationName);
  if (operation?.operation !== 'subscription') throw new GraphQLError('Only subscriptions are streamed: send the rest to /graphql.');
  requireUnconditionalField(document, operation);
  requireWithinLimits(measure(schema, document, operation, variables));
  return document;
}

function parsed(query: string): DocumentNode {
  try {
    return parse(query, { maxTokens: limits.tokens });
  } catch (error) {
    throw error instanceof GraphQLError ? withCode(error, ApolloServerErrorCode.GRAPHQL_PARSE_FAILED) : error;
  }
}

/** The same error, with the code that Apollo Server gives it. */
function withCode(error: GraphQLError, code: ApolloServerErrorCode): GraphQLError {
  const { message, nodes, source, positions, extensions } = error;
  return new GraphQLError(message, { nodes, source, positions, extensions: { code, ...extensions } });
}

function isObject(body: unknown): boolean {
  return typeof body === 'object' && body !== null && !Array.isArray(body);
}

function present(result: ExecutionResult, ctx: Context): ExecutionResult {
  return result.errors ? { ...result, errors: result.errors.map((error) => presented(error, ctx)) } : result;
}

/** The answer to a request that opens no stream. */
function refusal(error: unknown, request: FastifyRequest): Response {
  if (error instanceof GraphQLError) {
    const { message, locations, extensions } = error;
    return answer(400, {}, { errors: [{ message, locations, extensions: { code: 'BAD_REQUEST', ...extensions, http: undefined } }] });
  }
  const { status, headers, body, internal } = refusedUnread(error, request.id);
  if (internal) request.log.error({ err: error }, 'internal error');
  return answer(status, headers, body);
}

function answer(status: number, headers: Readonly<Record<string, string>>, body: object): Response {
  const init = {
    status,
    statusText: STATUS_CODES[status] ?? '',
    headers: { ...headers, 'content-type': 'application/json; charset=utf-8' },
  };
  return [JSON.stringify(body), init];
}
