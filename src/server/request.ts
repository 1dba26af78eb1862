declare module 'fastify' {
  interface FastifyRequest {
    /** What the request runs, for metrics and logs; undefined until it is known. */
    operation?: { surface: string; name: string };
  }
}

export {};
