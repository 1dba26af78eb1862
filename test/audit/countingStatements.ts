import type pg from 'pg';
import type { Database } from '../../src/db/pool.js';

/** Statements that the gateway has sent, with this comment at their head. */
export function countingStatements({ pool }: Pick<Database, 'pool'>, name: string): { count: () => number; stop: () => void } {
  let count = 0;
  const seen = new WeakSet<object>();
  const watch = (client: pg.PoolClient) => {
    if (seen.has(client)) return;
    seen.add(client);
    const query = client.query.bind(client) as (...args: unknown[]) => unknown;
    // Counted where it is sent: the client's own method, called as it was.
    Object.assign(client, {
      query(...args: unknown[]) {
        const text = typeof args[0] === 'string' ? args[0] : (args[0] as { text?: string }).text;
        if (text?.startsWith(`/* ${name} */`)) count += 1;
        return query(...args);
      },
    });
  };
  pool.on('acquire', watch);
  return { count: () => count, stop: () => pool.off('acquire', watch) };
}
