import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { Unavailable } from '../errors.js';
import { asDomainError } from '../failure.js';

export interface HealthOptions {
  /** Resolves where requests can be served; rejects where they can't. */
  readonly ready: () => Promise<void>;
  readonly isDraining: () => boolean;
  readonly log: FastifyBaseLogger;
}

/** Milliseconds that a readiness check may take. */
const checkTimeout = 1_000;

/** `/livez`: the process answers. `/readyz`: it can serve; 503 with the reason while it can't, or while it drains. */
export function addHealthRoutes(app: FastifyInstance, options: HealthOptions): void {
  const unreadiness = readinessCheck(options);

  app.get('/livez', async (request, reply) => {
    request.operation = { surface: 'other', name: 'livez' };
    return reply.header('cache-control', 'no-store').send({ status: 'ok' });
  });

  app.get('/readyz', async (request, reply) => {
    request.operation = { surface: 'other', name: 'readyz' };
    reply.header('cache-control', 'no-store');
    const reason = await unreadiness();
    return reason === undefined ? reply.send({ status: 'ok' }) : reply.code(503).send({ status: 'unavailable', reason });
  });
}

/** Says why requests can't be served, without a secret; undefined where they can. Those who ask at once share one check. */
function readinessCheck({ ready, isDraining, log }: HealthOptions): () => Promise<string | undefined> {
  let running: Promise<string | undefined> | undefined;
  let last: string | undefined;

  async function check(): Promise<string | undefined> {
    try {
      await within(checkTimeout, ready());
      if (last !== undefined) log.info('ready again');
      last = undefined;
    } catch (error) {
      const reason = reasonOf(error);
      if (reason !== last) log.warn({ err: error }, 'not ready');
      last = reason;
    } finally {
      running = undefined;
    }
    return last;
  }

  return async () => {
    if (isDraining()) return 'The server is shutting down.';
    running ??= check();
    return running;
  };
}

/** Only a domain error's message was written to be shown. */
function reasonOf(error: unknown): string {
  return asDomainError(error)?.message ?? 'The readiness check failed.';
}

async function within(milliseconds: number, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Unavailable('The readiness check took too long.')), milliseconds);
  });
  try {
    await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
