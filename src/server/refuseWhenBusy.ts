import type { FastifyInstance, FastifyReply } from 'fastify';
import { Unavailable } from '../errors.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** It was refused because the gateway is busy: told by the thousand, which says no more than told together. */
    isRefusedAsBusy?: boolean;
  }
}

/** Milliseconds between two log lines that say how many were refused. */
const tellEvery = 5_000;

/** What machines ask to find out how the gateway does, which they must be told above all when it does badly. */
const alwaysAnswered: ReadonlySet<string> = new Set(['/livez', '/readyz', '/metrics']);

export interface Capacity {
  /** Requests that are worked on at once, at most: a bound for memory. */
  readonly inFlight: number;
  /** Milliseconds that a request may have to wait for the database. */
  readonly wait: number;
  /** Milliseconds that one which comes now can expect to wait. */
  readonly expectedWait: () => number;
}

/**
 * Refuses at once, before anything is done for it, what would have to wait for too long: a flood that waited would make every answer late,
 * those to come too. What was let in is served. A request counts until its answer begins, so that a stream holds no place.
 */
export function refuseWhenBusy(app: FastifyInstance, { inFlight: most, wait, expectedWait }: Capacity): void {
  let inFlight = 0;
  const counted = new WeakSet<FastifyReply>();
  let [refused, toldAt] = [0, Number.NEGATIVE_INFINITY];

  function tell(): void {
    refused += 1;
    const now = performance.now();
    if (now - toldAt < tellEvery) return;
    app.log.warn({ refused, inFlight, expectedWaitMs: Math.round(expectedWait()) }, 'busy: requests are refused');
    [refused, toldAt] = [0, now];
  }

  function leave(reply: FastifyReply): void {
    if (counted.delete(reply)) inFlight -= 1;
  }

  app.addHook('onRequest', (request, reply, done) => {
    if (alwaysAnswered.has(request.routeOptions.url ?? '')) return done();
    if (inFlight >= most || expectedWait() > wait) {
      request.isRefusedAsBusy = true;
      tell();
      return done(new Unavailable('The service is busy. Try again shortly.'));
    }
    inFlight += 1;
    counted.add(reply);
    // Of a caller who goes away, the answer never begins.
    reply.raw.once('close', () => leave(reply));
    done();
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    leave(reply);
    done();
  });
}
