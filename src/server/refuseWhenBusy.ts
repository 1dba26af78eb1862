import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { Unavailable } from '../errors.js';
import { concurrencyLimit } from './concurrencyLimit.js';
import { errorAnswer } from './errorAnswer.js';
import { responseHeaders } from './responseHeaders.js';
import { traceIdOf } from './traceContext.js';

declare module 'fastify' {
  interface FastifyReply {
    /** Says that the answer begins, and goes on as long as its caller likes: it is no work in flight any more. */
    goesOnAtLength(): void;
  }
}

/** Milliseconds between two log lines that say how many were refused. */
const tellEvery = 5_000;

/** What machines ask to find out how the gateway does, which they must be told above all when it does badly. */
const alwaysAnswered: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics']);

/** Turns of the event loop that a request takes at most: for its caller, its statements, its answer. */
const turns = 6;
/** Times that a request asks for a connection to the database: for its caller, for what it is about, for what belongs to that. */
const connections = 3;

/** A request of which nothing was looked at but its first line. */
export interface Unread {
  readonly traceId: string;
  readonly method: string;
  /** Without the query string. */
  readonly path: string;
}

export interface BusyAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Words a refusal as the surface does that a request is for. */
export type BusyWording = (error: Unavailable, request: Unread) => BusyAnswer;

export interface Capacity {
  /** Requests that are worked on at once, at most: a bound for memory. */
  readonly inFlight: number;
  /** Requests that are worked on at once however slow the process is. */
  readonly least: number;
  /** Milliseconds that a request may have to wait, for the database or for the process. */
  readonly wait: number;
  /** Milliseconds that whoever asks for a connection to the database now can expect to wait for it. */
  readonly expectedWait: () => number;
  readonly isDraining: () => boolean;
  readonly onRefusal: () => void;
  readonly wording?: BusyWording;
}

/**
 * Refuses at once, before anything is done for it, what would have to wait for too long: a flood that waited would make every answer late,
 * those to come too. What was let in is served. A request counts from when it is there, body and all, until its answer begins, so that
 * neither a stream holds a place nor who sends slowly.
 *
 * A refusal costs as little as can be, for in a flood most of the time would go into them: Fastify does not see it, nothing of the
 * body is parsed, and one log line tells of many.
 */
export function refuseWhenBusy(app: FastifyInstance, capacity: Capacity): void {
  const { inFlight: most, wait, expectedWait, isDraining, onRefusal, wording = inOwnWords } = capacity;
  const least = Math.min(capacity.least, most);
  const limit = concurrencyLimit({ least, atOnce: Math.min(2 * least, most), most, turn: wait / turns });
  const error = new Unavailable('The service is busy. Try again shortly.');
  let inFlight = 0;
  const counted = new WeakSet<FastifyReply>();
  let [refused, toldAt] = [0, Number.NEGATIVE_INFINITY];

  const isBusy = () => inFlight >= limit.current() || expectedWait() * connections > wait;

  function tell(): void {
    onRefusal();
    refused += 1;
    const now = performance.now();
    if (now - toldAt < tellEvery) return;
    const [atOnce, expectedWaitMs] = [limit.current(), expectedWait()].map(Math.round);
    app.log.warn({ refused, inFlight, atOnce, expectedWaitMs }, 'busy: requests are refused');
    [refused, toldAt] = [0, now];
  }

  function refuse({ method = '', headers: { traceparent } }: IncomingMessage, response: ServerResponse, path: string): void {
    tell();
    const traceId = traceIdOf(typeof traceparent === 'string' ? traceparent : undefined);
    const { status, headers, body } = wording(error, { traceId, method, path });
    const text = JSON.stringify(body);
    response
      .writeHead(status, {
        ...responseHeaders(traceId),
        ...headers,
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(text),
        ...(isDraining() && { connection: 'close' }),
      })
      .end(text);
  }

  // The one listener is Fastify's way in; Node types it as any function.
  for (const answer of app.server.listeners('request')) {
    app.server.removeListener('request', answer as RequestListener);
    app.server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      if (isBusy()) {
        const path = pathOf(request);
        if (!alwaysAnswered.has(path)) return refuse(request, response, path);
      }
      answer.call(app.server, request, response);
    });
  }
  app.addHook('onRequest', (request, reply, done) => {
    if (alwaysAnswered.has(request.routeOptions.url ?? '')) return done();
    // What comes by another listener, such as the one for ::1.
    if (isBusy()) {
      reply.hijack();
      return refuse(request.raw, reply.raw, pathOf(request.raw));
    }
    enter(reply);
    // Of a caller who goes away, the answer never begins.
    reply.raw.once('close', () => leave(reply));
    done();
  });

  // A body that is on its way costs nothing, and may never come: whoever sends it slowly holds no place until it is there.
  const awaited = new WeakSet<FastifyReply>();
  app.addHook('preParsing', (request, reply, _payload, done) => {
    if (counted.has(reply) && hasBody(request.raw) && !request.raw.complete) {
      leave(reply);
      awaited.add(reply);
    }
    done();
  });
  app.addHook('preValidation', (request, reply, done) => {
    // Of one whose caller has gone there would be no end to be told of.
    if (!awaited.delete(reply) || reply.raw.destroyed) return done();
    if (isBusy()) {
      reply.hijack();
      return refuse(request.raw, reply.raw, pathOf(request.raw));
    }
    enter(reply);
    done();
  });

  function enter(reply: FastifyReply): void {
    inFlight += 1;
    limit.saw(inFlight);
    counted.add(reply);
  }

  function leave(reply: FastifyReply): void {
    if (counted.delete(reply)) inFlight -= 1;
  }
  app.addHook('onSend', (_request, reply, _payload, done) => {
    leave(reply);
    done();
  });
  app.decorateReply('goesOnAtLength', function (this: FastifyReply) {
    leave(this);
  });
  app.addHook('onClose', async () => limit.stop());
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function pathOf({ url = '' }: IncomingMessage): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}

function inOwnWords(error: Unavailable, { traceId }: Unread): BusyAnswer {
  return errorAnswer(error, traceId);
}
