/**
 * PostGraphile 5 as its documentation starts it, over the product's tables, with no rules. Started with an IPC channel, over which it says
 * its port.
 */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { moduleIn } from './packages.js';

/** The parts of PostGraphile that are used here: its types come with it, and it is not installed when this is compiled. */
interface PostGraphile {
  postgraphile(preset: object): { createServ(adaptor: unknown): { addTo(server: Server): Promise<void> } };
}

const [folder = '', connectionString] = process.argv.slice(2);
const { postgraphile } = (await moduleIn(folder, 'postgraphile')) as PostGraphile;
const { PostGraphileAmberPreset } = (await moduleIn(folder, 'postgraphile/presets/amber')) as { PostGraphileAmberPreset: object };
const { makePgService } = (await moduleIn(folder, 'postgraphile/adaptors/pg')) as { makePgService(options: object): object };
const { grafserv } = (await moduleIn(folder, 'postgraphile/grafserv/node')) as { grafserv: unknown };

const served = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ connectionString, schemas: ['public'] })],
  grafserv: { graphiql: false, websockets: false },
}).createServ(grafserv);
const server = createServer();
await served.addTo(server);
server.listen(0, '127.0.0.1');
await once(server, 'listening');
// It listens on TCP, so the address is no path of a pipe.
process.send?.({ port: (server.address() as AddressInfo).port });
// Whoever started it is gone.
process.on('disconnect', () => process.exit());
