import { ApolloServerErrorCode } from '@apollo/server/errors';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError, type GraphQLErrorExtensions, type GraphQLFormattedError } from 'graphql';
import type { Context } from '../../context.js';
import { type DomainError, Invalid, TooManyRequests, Unauthenticated, Unavailable } from '../../errors.js';
import { asDomainError } from '../../failure.js';
import { errorAnswer } from '../errorAnswer.js';
import { variableFault } from './variableFault.js';

/** What an error does to the HTTP answer that it stands in: Apollo reads it in the error's extensions, and shows it to nobody. */
interface HttpPart {
  readonly status?: number;
  readonly headers?: Map<string, string>;
}

function httpOf(error: DomainError): HttpPart | undefined {
  // RFC 9110 §11.6.1: a 401 names the scheme that would be taken.
  if (error instanceof Unauthenticated) return { headers: new Map([['www-authenticate', 'Bearer']]) };
  if (error instanceof Unavailable) return { status: 503, headers: new Map([['retry-after', String(error.retryAfter)]]) };
  // RFC 6585 §4.
  if (error instanceof TooManyRequests) return { status: 429, headers: new Map([['retry-after', String(error.retryAfter)]]) };
  return undefined;
}

/**
 * A domain error as GraphQL shows it: a stable `code`, and the details that the caller may know.
 * @param isPartial whether it stands beside data: then it says nothing of the answer as a whole
 */
export function extensionsOf(error: DomainError, isPartial = false): GraphQLErrorExtensions {
  const http = isPartial ? undefined : httpOf(error);
  return { code: error.code, ...error.details, ...(http && { http }) };
}

/**
 * An error of an execution as the caller may see it. What a service threw keeps its message and code; what the request
 * got wrong is named; anything else is logged with its trace id and shown with the trace id alone.
 * @param isPartial whether it stands beside data
 */
export function presented(error: GraphQLError, ctx: Context, isPartial = false): GraphQLError {
  const shown = worded(error, ctx, isPartial);
  // An error of a compiled operation knows its lines and columns, and not the nodes that they would be taken from.
  return shown.locations || !error.locations ? shown : Object.assign(shown, { locations: error.locations });
}

function worded(error: GraphQLError, ctx: Context, isPartial: boolean): GraphQLError {
  const { nodes, source, positions, path, originalError } = error;
  const place = { nodes, source, positions, path };
  const domain = asDomainError(originalError);
  if (domain) {
    if (domain instanceof Unavailable) ctx.log.warn({ err: domain, path, traceId: ctx.origin.traceId }, 'unavailable');
    return new GraphQLError(domain.message, { ...place, originalError: domain, extensions: extensionsOf(domain, isPartial) });
  }
  // No path: the error is in the request, a variable that does not fit its type, and not in a resolver.
  if (!path && !isForeign(originalError)) {
    return new GraphQLError(variableFault(error), { ...place, extensions: { code: ApolloServerErrorCode.BAD_USER_INPUT } });
  }
  if (originalError instanceof GraphQLError && path) {
    return new GraphQLError(error.message, { ...place, extensions: { code: ApolloServerErrorCode.BAD_USER_INPUT } });
  }
  const { traceId } = ctx.origin;
  ctx.log.error({ err: originalError ?? error, path, traceId }, 'internal error');
  return new GraphQLError('Something went wrong on our side.', {
    ...place,
    extensions: { code: ApolloServerErrorCode.INTERNAL_SERVER_ERROR, traceId },
  });
}

function isForeign(error: unknown): boolean {
  return error !== undefined && error !== null && !(error instanceof GraphQLError);
}

/** The errors of an execution without what they do to the HTTP answer, and that. */
export function formatted(errors: readonly GraphQLError[]): { readonly errors: GraphQLFormattedError[]; readonly http: HttpPart } {
  let status: number | undefined;
  const headers = new Map<string, string>();
  const shown = errors.map((error): GraphQLFormattedError => {
    const { http, ...extensions } = error.extensions;
    if (isHttpPart(http)) {
      status = http.status ?? status;
      for (const [name, value] of http.headers ?? []) headers.set(name, value);
    }
    return { ...error.toJSON(), extensions };
  });
  return { errors: shown, http: { status, headers } };
}

function isHttpPart(value: unknown): value is HttpPart {
  return typeof value === 'object' && value !== null && ('status' in value || 'headers' in value);
}

/** A refusal before execution, as an error that Apollo answers with the status that goes with it. */
export function refusal(error: unknown): unknown {
  const domain = asDomainError(error);
  if (!domain) return error;
  const extensions = extensionsOf(domain);
  const status = domain instanceof Unauthenticated ? 401 : domain instanceof Invalid ? 400 : domain instanceof Unavailable ? 503 : 403;
  const http: HttpPart = { ...httpOf(domain), status };
  return new GraphQLError(domain.message, { originalError: domain, extensions: { ...extensions, http } });
}

/** How an error is answered by which no operation came to be run: what is wrong with the body, with the caller, or here. */
export function refusedUnread(error: unknown, traceId: string) {
  const { status, headers, body, internal } = errorAnswer(error, traceId);
  const extensions = { code: body.code, traceId, ...asDomainError(error)?.details };
  return { status, headers, body: { errors: [{ message: body.detail, extensions }] }, internal };
}

/** Answers errors of a route of GraphQL's in its form. */
export function handleGraphqlError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, headers, body, internal } = refusedUnread(error, request.id);
  if (internal) request.log.error({ err: error }, 'internal error');
  return reply.code(status).headers(headers).type('application/json; charset=utf-8').send(body);
}
