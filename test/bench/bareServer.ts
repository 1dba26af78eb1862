/**
 * The other side of the comparison, in a process of its own: Fastify and pg, a route a case, and nothing else. Started with an IPC
 * channel, over which it says its port.
 */
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import pg from 'pg';
import { cases } from './cases/index.js';
import { rfc3339 } from './timestamps.js';

const [url] = process.argv.slice(2);
if (!url) throw new Error('The bare server needs the address of a database.');

rfc3339(pg.types);
// As many connections as a gateway takes by default.
const pool = new pg.Pool({ connectionString: url, max: 10, options: '-c timezone=UTC' });

const app = fastify();
for (const { method = 'GET', path: url, response, answer } of cases.flatMap(({ bareRoutes }) => bareRoutes)) {
  app.route<{ Params: Record<string, string> }>({
    method,
    url,
    schema: { response: { 200: response } },
    handler: ({ params, body }) => answer(pool, params, body),
  });
}
await app.listen({ port: 0, host: '127.0.0.1' });
// It listens on TCP, so the address is no path of a pipe.
process.send?.({ port: (app.server.address() as AddressInfo).port });
// Whoever started it is gone.
process.on('disconnect', () => process.exit());
