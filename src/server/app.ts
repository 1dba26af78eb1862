import cors from '@fastify/cors';
import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { Config } from '../config.js';
import { corsOptions } from './cors.js';
import { drainOnClose } from './drain.js';
import { handleError, handleFrameworkError, handleMalformedRequest, handleNoRoute } from './errorHandlers.js';
import { follow, followRequests } from './followRequests.js';
import { requireSingleHeaders } from './headerCount.js';
import { addHealthRoutes } from './health.js';
import { hostRule, requireHost } from './hosts.js';
import type { Metrics } from './metrics.js';
import { type BusyWording, refuseWhenBusy } from './refuseWhenBusy.js';
import { RequestLog } from './requestLog.js';
import { responseHeaders } from './responseHeaders.js';
import { traceIdOf } from './traceContext.js';
import { trustedProxies } from './trustedProxies.js';
import './request.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** W3C trace id: 32 hex digits. The caller's, where it sent a valid `traceparent`. */
    readonly traceId: string;
  }
}

export interface AppOptions {
  readonly config: Pick<
    Config,
    | 'allowedHosts'
    | 'corsOrigins'
    | 'databasePoolSize'
    | 'drainDelay'
    | 'drainTimeout'
    | 'host'
    | 'maxInFlight'
    | 'maxWait'
    | 'publicUrl'
    | 'trustProxy'
  >;
  readonly logger: FastifyBaseLogger;
  readonly metrics: Metrics;
  /** Resolves where requests can be served, and rejects where they can't; `Unavailable` with a reason that may be shown. */
  readonly ready: () => Promise<void>;
  /** Milliseconds that whoever asks for a connection to the database now can expect to wait for it; nothing, where it is left out. */
  readonly expectedWait?: () => number;
  /** How a request is told that the gateway is busy, where it is for a surface that words its errors in its own way. */
  readonly busyWording?: BusyWording;
  /** Adds the routes. Those of a surface that words its errors in its own way go into a plugin of their own. */
  readonly register: (app: FastifyInstance) => Promise<void>;
}

/** Bytes. */
const bodyLimit = 1_048_576;
/** Characters of one parameter in a path: as many as a request line can have, so that validation says what is wrong with it. */
const maxParamLength = 16_384;

/** Requests that are worked on for each connection to the database: few of them need it at the same moment, and those share statements. */
const atWorkForAConnection = 6;

/** Milliseconds. */
const timeouts = {
  /** For the headers of a request to arrive. */
  headers: 10_000,
  /** For a whole request to arrive. */
  request: 30_000,
  /** Between two requests on a connection. Longer than the 60 s of common load balancers, which must be the first to hang up. */
  keepAlive: 65_000,
  /** Without a byte in either direction while a request is in flight, such as with a client that does not read. */
  inactivity: 120_000,
  /** Between two looks for connections that are over these. */
  check: 2_000,
};

/**
 * Makes the HTTP server, ready and not listening: the way that every request goes, whichever surface it is for, with health and metrics.
 * Closing it drains it; see `drainOnClose`.
 */
export async function createApp({
  config,
  logger,
  metrics,
  ready,
  expectedWait = () => 0,
  busyWording,
  register,
}: AppOptions): Promise<FastifyInstance> {
  const app = fastify({
    loggerInstance: logger,
    logController: new RequestLog(),
    // The request's id is its trace id, so that each line that it logs has it.
    genReqId: (request) => traceIdOf(typeof request.headers.traceparent === 'string' ? request.headers.traceparent : undefined),
    bodyLimit,
    routerOptions: { maxParamLength },
    trustProxy: trustedProxies(config.trustProxy),
    requestTimeout: timeouts.request,
    keepAliveTimeout: timeouts.keepAlive,
    connectionTimeout: timeouts.inactivity,
    http: {
      headersTimeout: timeouts.headers,
      requestTimeout: timeouts.request,
      connectionsCheckingInterval: timeouts.check,
      // Node's own refusal has no body: requireHost says what is wrong.
      requireHostHeader: false,
    },
    // What arrives on an open connection while the server drains was asked, and is answered.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => {
      follow(request, reply, metrics);
      handleFrameworkError(error, request, reply);
    },
    clientErrorHandler: handleMalformedRequest,
  });

  app.decorateRequest('traceId', {
    getter() {
      return this.id;
    },
  });
  app.setErrorHandler(handleError);
  app.setNotFoundHandler(handleNoRoute);

  let isDraining = () => false;
  refuseWhenBusy(app, {
    inFlight: config.maxInFlight,
    least: atWorkForAConnection * config.databasePoolSize,
    wait: config.maxWait,
    expectedWait,
    isDraining: () => isDraining(),
    onRefusal: metrics.countRefusal,
    wording: busyWording,
  });
  followRequests(app, metrics);
  isDraining = drainOnClose(app, { delay: config.drainDelay, timeout: config.drainTimeout });
  const allows = hostRule(config);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(responseHeaders(request.traceId));
    requireHost(request, allows);
    requireSingleHeaders(request);
  });
  if (config.corsOrigins.length > 0) await app.register(cors, corsOptions(config.corsOrigins));

  addHealthRoutes(app, { ready, isDraining, log: app.log });
  app.get('/metrics', async (request, reply) => {
    request.operation = { surface: 'other', name: 'metrics' };
    return reply.type(metrics.contentType).send(await metrics.text());
  });

  await register(app);
  await app.ready();
  return app;
}
