import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Unavailable } from '../errors.js';
import { concurrencyLimit } from './concurrencyLimit.js';
import { errorAnswer } from './errorAnswer.js';
import { responseHeaders } from './responseHeaders.js';

/** Milliseconds between two log lines that say how many were refused. */
const tellEvery = 5_000;

/** What machines ask to find out how the gateway does, which they must be told above all when it does badly. */
const alwaysAnswered: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics']);

/** Turns of the event loop that a request takes at most: for its caller, its statements, its answer. */
const turns = 6;

export interface BusyAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Words a refusal as the surface does that a request is for. */
export type BusyWording = (error: Unavailable, request: FastifyRequest) => BusyAnswer;

export interface Capacity {
  /** Requests that are worked on at once, at most: a bound for memory. */
  readonly inFlight: number;
  /** Requests that are worked on at once however slow the process is. */
  readonly least: number;
  /** Milliseconds that a request may have to wait, for the database or for the process. */
  readonly wait: number;
  /** Milliseconds that one which comes now can expect to wait for the database. */
  readonly expectedWait: () => number;
  readonly isDraining: () => boolean;
  readonly onRefusal: () => void;
  readonly wording?: BusyWording;
}

/**
 * Refuses at once, before anything is done for it, what would have to wait for too long: a flood that waited would make every answer late,
 * those to come too. What was let in is served. A request counts until its answer begins, so that a stream holds no place.
 *
 * A refusal costs as little as can be, for in a flood most of the time would go into them: no hook runs after this one, nothing of the
 * body is parsed, and one log line tells of many. Add it before every other hook.
 */
export function refuseWhenBusy(app: FastifyInstance, capacity: Capacity): void {
  const { inFlight: most, wait, expectedWait, isDraining, onRefusal, wording = inOwnWords } = capacity;
  const limit = concurrencyLimit({ least: Math.min(capacity.least, most), most, turn: wait / turns });
  const error = new Unavailable('The service is busy. Try again shortly.');
  let inFlight = 0;
  const counted = new WeakSet<FastifyReply>();
  let [refused, toldAt] = [0, Number.NEGATIVE_INFINITY];

  function tell(): void {
    onRefusal();
    refused += 1;
    const now = performance.now();
    if (now - toldAt < tellEvery) return;
    const [atOnce, expectedWaitMs] = [limit.current(), expectedWait()].map(Math.round);
    app.log.warn({ refused, inFlight, atOnce, expectedWaitMs }, 'busy: requests are refused');
    [refused, toldAt] = [0, now];
  }

  function refuse(request: FastifyRequest, reply: FastifyReply): void {
    tell();
    const { status, headers, body } = wording(error, request);
    const text = JSON.stringify(body);
    reply.hijack();
    reply.raw
      .writeHead(status, {
        ...responseHeaders(request.id),
        ...headers,
        'content-type': 'application/json; charset=utf-8',
        'content-length': Buffer.byteLength(text),
        ...(isDraining() && { connection: 'close' }),
      })
      .end(text);
  }

  function leave(reply: FastifyReply): void {
    if (counted.delete(reply)) inFlight -= 1;
  }

  app.addHook('onRequest', (request, reply, done) => {
    if (alwaysAnswered.has(request.routeOptions.url ?? '')) return done();
    // Without `done` the request goes no further.
    if (inFlight >= limit.current() || expectedWait() > wait) return refuse(request, reply);
    inFlight += 1;
    limit.saw(inFlight);
    counted.add(reply);
    // Of a caller who goes away, the answer never begins.
    reply.raw.once('close', () => leave(reply));
    done();
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    leave(reply);
    done();
  });
  app.addHook('onClose', async () => limit.stop());
}

function inOwnWords(error: Unavailable, { id }: FastifyRequest): BusyAnswer {
  return errorAnswer(error, id);
}
