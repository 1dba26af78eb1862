import type pg from 'pg';

/** How much the latest time that a connection was held counts in the mean. */
const weight = 0.05;

/**
 * Follows how long connections of a pool are held.
 * @returns how many milliseconds whoever asks for a connection now can expect to wait for one
 */
export function expectedWait(pool: pg.Pool, size: number): () => number {
  const takenAt = new WeakMap<pg.PoolClient, number>();
  let meanHold = 0;
  pool.on('acquire', (client) => takenAt.set(client, performance.now()));
  pool.on('release', (_error, client) => {
    const since = takenAt.get(client);
    if (since !== undefined) meanHold += (performance.now() - since - meanHold) * weight;
  });
  return () => (pool.waitingCount * meanHold) / size;
}
