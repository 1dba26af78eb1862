import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JWK } from 'jose';

export interface KeyServer {
  readonly issuer: string;
  close(): Promise<void>;
}

/** A server on loopback where a provider's configuration and these keys are found, and nothing else of one. */
export async function aKeyServer(keys: readonly JWK[]): Promise<KeyServer> {
  const server = createServer((request, response) => {
    const body = request.url === '/jwks' ? { keys } : { issuer, jwks_uri: `${issuer}/jwks` };
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  const issuer = await listening(server);
  return { issuer, close: () => closed(server) };
}

/** Lets a server listen on loopback. @returns its address */
export async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // It listens on TCP, so the address is no path of a pipe.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Ends a server, with whatever is still connected. */
export async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
