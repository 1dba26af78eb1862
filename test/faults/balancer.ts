import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

/** A load balancer as small as one can be: requests go to the gateways in turn, each on a connection of its own. */
export interface Balancer {
  readonly url: string;
  /** Requests that went to another gateway because the first one took no connection. */
  readonly moved: () => number;
  /** Requests that were sent to a gateway and got no answer. */
  readonly broken: () => number;
  close(): Promise<void>;
}

export async function roundRobin(ports: readonly number[]): Promise<Balancer> {
  const agent = new Agent({ keepAlive: false });
  let [turn, moved, broken] = [0, 0, 0];

  /** Another gateway is tried only where nothing can have arrived: the connection was refused. */
  function forward(incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse, place: number, triesLeft: number): void {
    const port = ports[place % ports.length];
    const onward = request(
      {
        host: '127.0.0.1',
        port,
        agent,
        method: incoming.method,
        path: incoming.url,
        headers: { ...incoming.headers, connection: 'close' },
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, { 'content-type': answer.headers['content-type'] ?? 'text/plain' });
        answer.pipe(outgoing);
      },
    );
    onward.on('error', (error) => {
      const isRefused = 'code' in error && error.code === 'ECONNREFUSED';
      if (isRefused && triesLeft > 0) {
        moved += 1;
        forward(incoming, body, outgoing, place + 1, triesLeft - 1);
        return;
      }
      broken += 1;
      outgoing.writeHead(502).end();
    });
    onward.end(body);
  }

  const server = createServer(async (incoming, outgoing) => {
    const pieces: Buffer[] = [];
    for await (const piece of incoming) pieces.push(piece);
    turn += 1;
    forward(incoming, Buffer.concat(pieces), outgoing, turn, ports.length - 1);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    moved: () => moved,
    broken: () => broken,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      agent.destroy();
    },
  };
}
