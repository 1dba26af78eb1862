import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A load balancer as the common ones are: it keeps connections, asks each gateway again and again whether it is ready, and sends
 * requests in turn to those that are.
 */
export interface Balancer {
  readonly url: string;
  /** Milliseconds between two questions to a gateway, of which one that fails turns requests away from it. */
  readonly interval: number;
  /** Requests that went to another gateway because the first one took no connection. */
  readonly moved: () => number;
  /** Requests that were sent to a gateway and got no answer. */
  readonly broken: () => number;
  close(): Promise<void>;
}

const interval = 100;

export async function roundRobin(ports: readonly number[]): Promise<Balancer> {
  const agent = new Agent({ keepAlive: true });
  const ready = new Set(ports);
  let [turn, moved, broken, isClosed] = [0, 0, 0, false];

  async function watch(port: number): Promise<void> {
    while (!isClosed) {
      const isReady = await answersReady(port);
      if (isReady) ready.add(port);
      else ready.delete(port);
      await sleep(interval);
    }
  }

  /** Another gateway is tried only where nothing can have arrived: the connection was refused. */
  function forward(incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse, [port, ...others]: readonly number[]): void {
    const { connection, 'keep-alive': _, ...headers } = incoming.headers;
    const onward = request({ host: '127.0.0.1', port, agent, method: incoming.method, path: incoming.url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, { 'content-type': answer.headers['content-type'] ?? 'text/plain' });
      answer.pipe(outgoing);
    });
    onward.on('error', (error) => {
      const isRefused = 'code' in error && error.code === 'ECONNREFUSED';
      if (isRefused && others.length > 0) {
        moved += 1;
        forward(incoming, body, outgoing, others);
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
    const able = ports.filter((port) => ready.has(port));
    const first = able[turn % able.length] ?? ports[0];
    forward(
      incoming,
      Buffer.concat(pieces),
      outgoing,
      [first, ...ports.filter((port) => port !== first)].filter((port) => port !== undefined),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const watching = Promise.all(ports.map(watch));
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    interval,
    moved: () => moved,
    broken: () => broken,
    async close() {
      isClosed = true;
      await watching;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      agent.destroy();
    },
  };
}

async function answersReady(port: number): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
