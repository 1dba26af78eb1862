import { setTimeout as sleep } from 'node:timers/promises';

/** Clients that read until they are stopped. */
export interface Readers {
  /** Reads that were answered so far. */
  readonly count: () => number;
  /** Ends them. @returns answers other than 200, and the milliseconds of the slowest */
  stop(): Promise<{ readonly refused: readonly string[]; readonly slowest: number }>;
}

/** Starts clients which ask for one path after the other, with a rest of some milliseconds between two. */
export function startReaders(options: { clients: number; url: string; token: string; paths: readonly string[] }): Readers {
  const { clients, url, token, paths } = options;
  const refused: string[] = [];
  let [isStopping, count, slowest] = [false, 0, 0];

  async function read(client: number): Promise<void> {
    for (let number = client; !isStopping; number += 1) {
      const path = paths[number % paths.length] ?? '';
      const start = performance.now();
      const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } });
      const text = await response.text();
      slowest = Math.max(slowest, performance.now() - start);
      if (response.status === 200) count += 1;
      else refused.push(`${path}: ${response.status} ${text}`);
      await sleep(10);
    }
  }
  const running = Promise.all(Array.from({ length: clients }, (_, client) => read(client)));
  return {
    count: () => count,
    async stop() {
      isStopping = true;
      await running;
      return { refused, slowest };
    },
  };
}
