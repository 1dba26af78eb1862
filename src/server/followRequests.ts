import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Metrics, Outcome } from './metrics.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** How the operation ended, where the status does not tell: GraphQL answers errors with 200. */
    outcome?: Outcome;
  }
}

/** Asked every few seconds by machines: of interest only to those who look for them. */
const quietRoutes: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics']);

/**
 * Writes one log line for each request and observes it, when its answer has been sent or its caller has gone. The line has the
 * trace id, method, route, status, duration and operation, and nothing that the caller sent.
 */
export function followRequests(app: FastifyInstance, metrics: Metrics): void {
  app.addHook('onRequest', (request, reply, done) => {
    follow(request, reply, metrics);
    done();
  });
}

/** Follows one request; for those that reach no hook. */
export function follow(request: FastifyRequest, reply: FastifyReply, metrics: Metrics): void {
  const start = performance.now();
  // Fastify's onResponse hook does not run where the caller went away; `close` comes in either case.
  reply.raw.once('close', () => {
    const milliseconds = performance.now() - start;
    const status = reply.raw.statusCode;
    const aborted = !reply.raw.writableEnded;
    const { surface, name } = request.operation ?? { surface: 'other', name: 'other' };
    const outcome = aborted ? 'aborted' : (request.outcome ?? outcomeOf(status));
    metrics.observeRequest({ surface, operation: name, outcome, seconds: milliseconds / 1000 });
    log(request, { status, aborted, milliseconds });
  });
}

function log(request: FastifyRequest, { status, aborted, milliseconds }: { status: number; aborted: boolean; milliseconds: number }): void {
  const { method, operation } = request;
  const route = request.routeOptions.url ?? null;
  const line = {
    method,
    route,
    status: aborted ? null : status,
    duration_ms: Math.round(milliseconds * 10) / 10,
    ...(operation && { operation: operation.name.slice(0, 100) }),
  };
  const message = `${method} ${route ?? '(no route)'} ${aborted ? 'aborted by the caller' : status}`;
  if (route !== null && quietRoutes.has(route)) request.log.debug(line, message);
  else if (status >= 500 && !aborted) request.log.warn(line, message);
  else request.log.info(line, message);
}

function outcomeOf(status: number): Outcome {
  if (status >= 500) return 'server_error';
  return status >= 400 ? 'client_error' : 'ok';
}
