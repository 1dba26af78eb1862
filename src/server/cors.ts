import type { FastifyCorsOptions } from '@fastify/cors';

/** Lets pages of exactly these origins call the gateway with a bearer token. Cookies are never asked for. */
export function corsOptions(origins: readonly string[]): FastifyCorsOptions {
  return {
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'If-Match', 'traceparent', 'apollo-require-preflight'],
    exposedHeaders: ['ETag', 'Idempotency-Replayed', 'traceparent', 'Retry-After'],
    maxAge: 600,
    // An OPTIONS request that is no preflight is answered too, and not with a plain text 400.
    strictPreflight: false,
  };
}
