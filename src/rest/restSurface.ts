import fastJsonStringify from 'fast-json-stringify';
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify';
import '../server/request.js';
import type { Conditions } from '../conditions/conditions.js';
import { Unauthenticated } from '../errors.js';
import { sendDownload, sendDownloadHead } from './download.js';
import { answerTo } from './errorAnswer.js';
import { eventStream, type ServerSentEvent } from './eventStream.js';
import { serializerSchema } from './jsonSchema.js';
import type { CompiledOperation } from './operation.js';
import { eventsOf } from './operationEvents.js';
import { bodyIn } from './outcome.js';
import { isRecord } from './record.js';
import { RequestInvalid } from './requestInvalid.js';
import type { Answer, Occasion, Surface } from './surface.js';
import { variableReader } from './validation/request.js';

export interface RestSurfaceOptions<C extends object> {
  readonly surface: Surface;
  readonly operations: readonly CompiledOperation[];
  /** Who calls, and what resolvers are given. @throws Unauthenticated for a token that does not hold */
  readonly contextOf: (request: FastifyRequest) => Promise<C>;
  /** @throws Unauthenticated where the context has no user: every REST operation needs one */
  readonly requireUser: (context: C) => unknown;
  /** @throws Forbidden where the caller lacks the permission */
  readonly requirePermission: (context: C, permission: string) => void | Promise<void>;
  /** What the request asks of its change, where it makes one. */
  readonly conditionsOf: (context: C) => Conditions | null;
  /** Counts a stream that is to be opened. @returns a signal that aborts when it is over */
  readonly openStream: (context: C, reply: FastifyReply) => AbortSignal;
  /** Finds the request in the logs. */
  readonly traceIdOf: (request: FastifyRequest) => string;
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const satisfies readonly HTTPMethods[];

/**
 * A Fastify plugin that serves the operations of one surface: a request is asked for its user (401), the permission (403), then its
 * parameters (422), and then the operation runs. Below the surface's prefix every error has the surface's format.
 */
export async function restSurface<C extends object>(app: FastifyInstance, options: RestSurfaceOptions<C>): Promise<void> {
  const { surface } = options;
  await app.register(
    async (scope) => {
      // The body is parsed after the caller is known to be allowed to send it, and errors in it are collected with the others.
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: FastifyRequest, body: Buffer) => body);
      scope.setNotFoundHandler((request, reply) => send(reply, surface.noRoute(occasionOf(request, options))));
      scope.setErrorHandler((error, request, reply) => sendError(error, request, reply, options));
      for (const operation of options.operations) serve(scope, operation, options);
      refuseOtherMethods(scope, options);
    },
    { prefix: surface.prefix },
  );
}

function serve<C extends object>(scope: FastifyInstance, operation: CompiledOperation, options: RestSurfaceOptions<C>): void {
  const { surface, contextOf, requireUser, requirePermission, conditionsOf } = options;
  const { method, path, status, permission, decidedByRule } = operation.rest;
  let read: ReturnType<typeof variableReader> | undefined;
  const contexts = new WeakMap<FastifyRequest, C>();
  const named = { surface: surface.name, name: operation.name };
  scope.route({
    method,
    url: path.slice(surface.prefix.length),
    // Fastify asks for a serializer where there is a schema; ours is made of the operation's output.
    schema: status === 204 || operation.rest.stream ? {} : { response: { [status]: {} } },
    serializerCompiler: () => serializerOnFirstUse(operation),
    onRequest: async (request) => {
      request.operation = named;
      const context = await contextOf(request);
      requireUser(context);
      if (permission && !decidedByRule) await requirePermission(context, permission);
      contexts.set(request, context);
    },
    handler: async (request, reply) => {
      const context = contexts.get(request);
      if (context === undefined) throw new Unauthenticated();
      // What a weak map holds is freed by full collections alone.
      contexts.delete(request);
      const params = isRecord(request.params) ? request.params : {};
      const query = isRecord(request.query) ? request.query : {};
      const body = Buffer.isBuffer(request.body) ? request.body : undefined;
      const conditions = conditionsOf(context);
      read ??= variableReader(operation);
      const input = read({
        params,
        query: resumed(operation, query, request),
        body,
        contentType: request.headers['content-type'],
        baseVersion: onlyOf(conditions?.ifMatch),
      });
      if ('issues' in input) throw new RequestInvalid(input.issues);
      // A download is made by who takes it.
      if (operation.rest.stream && request.method === 'HEAD') return sendDownloadHead(reply.code(status), operation.rest.stream);
      const resourceId = String(Object.values(params)[0] ?? '');
      if (operation.kind === 'subscription') {
        const signal = options.openStream(context, reply);
        const asked = { contextOf: () => contextOf(request), signal, variables: input.variables };
        return sendEvents(reply, await eventsOf(operation, asked, (error) => answered(error, request, options).body, resourceId), signal);
      }
      const result = await operation.run(context, input.variables);
      const answer = bodyIn(operation, result, resourceId);
      if (operation.rest.stream) return sendDownload(reply, answer);
      reply.headers(answerHeaders(answer, conditions));
      return status === 204 ? reply.code(status).send() : reply.code(status).send(answer);
    },
  });
}

/** Compiles a route's serializer when it first answers: all of them at once would be a tenth of a start. */
function serializerOnFirstUse(operation: CompiledOperation): (body: unknown) => string {
  let serialize: ((body: unknown) => string) | undefined;
  return (body) => {
    serialize ??= operation.output ? fastJsonStringify(serializerSchema(operation.output)) : JSON.stringify;
    return serialize(body);
  };
}

/** Of one entity that has a version, its version is the tag (RFC 9110 §8.8.3). */
function answerHeaders(answer: unknown, conditions: Conditions | null): Record<string, string> {
  const version = isRecord(answer) ? answer.version : undefined;
  return {
    ...(typeof version === 'number' && { etag: `"${version}"` }),
    ...(conditions?.progress.wasRepeated && { 'idempotency-replayed': 'true' }),
  };
}

function onlyOf(versions: readonly number[] | undefined): number | undefined {
  return versions?.length === 1 ? versions[0] : undefined;
}

/** A path that is served answers the methods that it lacks with 405 and `Allow`. RFC 9110 §15.5.6. */
function refuseOtherMethods<C extends object>(scope: FastifyInstance, options: RestSurfaceOptions<C>): void {
  const { surface, operations } = options;
  const pathShape = ({ path }: CompiledOperation['rest']) => path.replace(/:\w+/g, ':_');
  for (const path of new Set(operations.map(({ rest }) => pathShape(rest)))) {
    const allowed = methods.filter((method) =>
      // Fastify answers HEAD wherever it answers GET.
      operations.some(({ rest }) => pathShape(rest) === path && rest.method === (method === 'HEAD' ? 'GET' : method)),
    );
    scope.route({
      method: methods.filter((method) => !allowed.some((one) => one === method)),
      url: path.slice(surface.prefix.length),
      handler: (request, reply) => send(reply, surface.wrongMethod(occasionOf(request, options), allowed)),
    });
  }
}

function sendError<C extends object>(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  options: RestSurfaceOptions<C>,
): FastifyReply {
  return send(reply, answered(error, request, options));
}

/** The surface's answer to an error; an internal one is logged. */
function answered<C extends object>(error: unknown, request: FastifyRequest, options: RestSurfaceOptions<C>): Answer {
  const occasion = occasionOf(request, options);
  const answer = answerTo(options.surface, error, occasion);
  if (answer) return answer;
  request.log.error({ err: error, traceId: occasion.traceId }, 'REST operation failed');
  return options.surface.failed(occasion);
}

/** The query of a request that goes on with a stream: the event that it names goes before what its address says. */
function resumed({ kind }: CompiledOperation, query: Record<string, unknown>, { headers }: FastifyRequest): Record<string, unknown> {
  const last = headers['last-event-id'];
  return kind === 'subscription' && last ? { ...query, last_event_id: last } : query;
}

function sendEvents(reply: FastifyReply, events: AsyncIterable<ServerSentEvent>, signal: AbortSignal): FastifyReply {
  // The last one is for nginx, which would keep events back until it has a buffer full of them.
  reply.headers({ 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  return reply.code(200).type('text/event-stream; charset=utf-8').send(eventStream(events, signal));
}

function occasionOf<C extends object>(request: FastifyRequest, { traceIdOf }: RestSurfaceOptions<C>): Occasion {
  return { traceId: traceIdOf(request), method: request.method, path: request.url.split('?', 1)[0] ?? request.url };
}

function send(reply: FastifyReply, { status, headers = {}, body }: Answer): FastifyReply {
  // The body goes out as a string: an error's body is not of the shape that the route's serializer was made for.
  return reply.code(status).headers(headers).type('application/json; charset=utf-8').serializer(JSON.stringify).send(body);
}
