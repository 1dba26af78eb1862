import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A way to a database that can be made worse. */
export interface DatabaseProxy {
  /** The database's address by this way. */
  readonly url: string;
  /** Leads to another port from now on: a server that is started again has a new one. */
  leadTo(port: number): void;
  /** Breaks every connection; new ones are taken. */
  cut(): void;
  /** Milliseconds by which each piece of data is late, in both directions. */
  delay(milliseconds: number): void;
  /** From now on nothing arrives on the connections that are open, and nobody is told: as when a machine vanishes. New ones are taken. */
  halfOpen(): void;
  close(): Promise<void>;
}

export async function databaseProxy(target: string): Promise<DatabaseProxy> {
  const url = new URL(target);
  let port = Number(url.port);
  let late = 0;
  const pairs = new Set<readonly [Socket, Socket]>();

  const server: Server = createServer((inner) => {
    const outer = connect(port, '127.0.0.1');
    const pair = [inner, outer] as const;
    pairs.add(pair);
    pass(inner, outer);
    pass(outer, inner);
    for (const socket of pair) {
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => {
        pairs.delete(pair);
        for (const end of pair) end.destroy();
      });
    }
  });

  function pass(from: Socket, to: Socket): void {
    // One after the other: a connection keeps the order of what it carries, also when what comes next is not late.
    let before = Promise.resolve();
    from.on('data', (data) => {
      const due = performance.now() + late;
      before = before.then(async () => {
        const left = due - performance.now();
        if (left > 0) await sleep(left);
        if (!to.destroyed) to.write(data);
      });
    });
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url.hostname = '127.0.0.1';
  url.port = String(typeof address === 'object' && address ? address.port : 0);
  return {
    url: url.href,
    leadTo(next) {
      port = next;
    },
    cut() {
      for (const [inner, outer] of pairs) {
        inner.resetAndDestroy();
        outer.destroy();
      }
    },
    delay(milliseconds) {
      late = milliseconds;
    },
    halfOpen() {
      for (const pair of pairs) {
        for (const socket of pair) {
          socket.removeAllListeners('data');
          // Read and thrown away: a paused socket would push back in the end.
          socket.resume();
        }
      }
    },
    async close() {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
