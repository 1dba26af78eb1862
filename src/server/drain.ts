import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/** Milliseconds between two looks at the connections. */
const interval = 50;
/** Milliseconds of a drain after which a connection that has said nothing is taken to be one that a browser keeps in store. */
const silence = 500;

export interface DrainTimes {
  /**
   * Milliseconds before the rest, in which connections are still taken. A listener that closes resets those that wait for it, so a load
   * balancer has to turn away first; it is told by `/readyz`, and by `Connection: close` on each answer.
   */
  readonly delay: number;
  /** Milliseconds from then on, after which what is not done is cut off. */
  readonly timeout: number;
}

/**
 * Makes `app.close()` drain: after the delay no new connection is taken, what was asked is answered, with `Connection: close`, and each connection
 * is closed as it falls idle. What is not done after the timeout is cut off. `app.close()` resolves when no request is in flight.
 * @returns whether the app drains
 */
export function drainOnClose(app: FastifyInstance, { delay, timeout }: DrainTimes): () => boolean {
  const requests = countRequests(app);
  const connections = new Set<Socket>();
  let deadline: number | undefined;
  const isDraining = () => deadline !== undefined;

  app.server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });

  app.addHook('onSend', (request, reply, _payload, done) => {
    if (isDraining()) {
      // Fastify has announced the end of the connection already; with another request in the pipeline that would be too early.
      if (requests.on(request.raw.socket) > 1) reply.raw.removeHeader('connection');
      else reply.header('connection', 'close');
    }
    done();
  });

  app.addHook('preClose', async () => {
    deadline = Date.now() + delay + timeout;
    if (delay > 0) await sleep(delay);
    const start = Date.now();
    deadline = start + timeout;
    const timer = setInterval(() => {
      const now = Date.now();
      app.server.closeIdleConnections();
      // Node never counts a connection without a first request as idle.
      if (now - start >= silence) for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
      if (now < start + timeout) return;
      const inFlight = requests.total();
      if (inFlight > 0) app.log.warn({ inFlight }, 'the time to drain is over: cutting requests off');
      app.server.closeAllConnections();
      clearInterval(timer);
    }, interval);
    app.server.once('close', () => clearInterval(timer));
    timer.unref();
  });

  // The end of the server does not wait for the second one that Fastify opens for ::1 where the host is localhost.
  app.addHook('onClose', async () => {
    while (requests.total() > 0 && Date.now() < (deadline ?? 0)) await sleep(interval);
  });

  return isDraining;
}

/** Counts the requests in flight on each connection. */
function countRequests(app: FastifyInstance) {
  const counts = new Map<Socket, number>();

  app.addHook('onRequest', (request, reply, done) => {
    const { socket } = request.raw;
    const count = counts.get(socket);
    // A response that waits in a pipeline is told nothing when its connection breaks.
    if (count === undefined) socket.once('close', () => counts.delete(socket));
    counts.set(socket, (count ?? 0) + 1);
    reply.raw.once('close', () => {
      const now = counts.get(socket);
      if (now !== undefined) counts.set(socket, now - 1);
    });
    done();
  });

  return {
    on: (socket: Socket) => counts.get(socket) ?? 0,
    total: () => [...counts.values()].reduce((sum, count) => sum + count, 0),
  };
}
