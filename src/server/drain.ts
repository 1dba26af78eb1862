import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/** Milliseconds between two looks at the connections. */
const interval = 50;
/** Milliseconds of a drain after which a connection that has said nothing is taken to be one that a browser keeps in store. */
const silence = 500;

/**
 * Makes `app.close()` drain: no new connection is taken, what was asked is answered, with `Connection: close`, and each connection
 * is closed as it falls idle. What is not done after the timeout is cut off. `app.close()` resolves when no request is in flight.
 * @param timeout milliseconds
 * @returns whether the app drains
 */
export function drainOnClose(app: FastifyInstance, timeout: number): () => boolean {
  const connections = new Set<Socket>();
  let inFlight = 0;
  let deadline: number | undefined;
  const isDraining = () => deadline !== undefined;

  app.server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });

  app.addHook('onRequest', (_request, reply, done) => {
    inFlight++;
    reply.raw.once('close', () => {
      inFlight--;
    });
    done();
  });

  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (isDraining()) reply.header('connection', 'close');
    done();
  });

  app.addHook('preClose', (done) => {
    const start = Date.now();
    deadline = start + timeout;
    const timer = setInterval(() => {
      const now = Date.now();
      app.server.closeIdleConnections();
      // Node never counts a connection without a first request as idle.
      if (now - start >= silence) for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
      if (now < start + timeout) return;
      if (inFlight > 0) app.log.warn({ inFlight }, 'the time to drain is over: cutting requests off');
      app.server.closeAllConnections();
      clearInterval(timer);
    }, interval);
    app.server.once('close', () => clearInterval(timer));
    timer.unref();
    done();
  });

  // The server's end does not wait for the second one that Fastify opens for ::1 where the host is localhost.
  app.addHook('onClose', async () => {
    while (inFlight > 0 && Date.now() < (deadline ?? 0)) await sleep(interval);
  });

  return isDraining;
}
