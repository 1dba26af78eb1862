/**
 * The other side of the comparison, in a process of its own: Fastify and pg, a route a case, and nothing else. Started with an IPC
 * channel, over which it says its port.
 */
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import pg from 'pg';
import { cases } from './cases/index.js';

const [url] = process.argv.slice(2);
if (!url) throw new Error('The bare server needs the address of a database.');

const TIMESTAMPTZ = 1184;
// As RFC 3339 with microseconds, which is what Tenantry answers with.
pg.types.setTypeParser(TIMESTAMPTZ, (text) => `${text.replace(' ', 'T').slice(0, -3)}Z`);
// As many connections as a gateway takes by default.
const pool = new pg.Pool({ connectionString: url, max: 10, options: '-c timezone=UTC' });

const app = fastify();
for (const { bare } of cases) {
  app.get<{ Params: Record<string, string> }>(bare.path, { schema: { response: { 200: bare.response } } }, ({ params }) =>
    bare.answer(pool, params),
  );
}
await app.listen({ port: 0, host: '127.0.0.1' });
// It listens on TCP, so the address is no path of a pipe.
process.send?.({ port: (app.server.address() as AddressInfo).port });
// Whoever started it is gone.
process.on('disconnect', () => process.exit());
