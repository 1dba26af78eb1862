import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../db/embedded/embeddedPostgres.js';

/** Nothing that outlives the process is kept in it: durability would only cost time. */
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' };

/** Runs `work` with the address and the folder of a PostgreSQL server of its own, which is gone afterwards. */
export async function withTemporaryPostgres<T>(work: (url: string, dataDir: string) => Promise<T>): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tenantry-'));
  try {
    const server = await startEmbeddedPostgres({ dataDir, settings });
    try {
      return await work(server.url, dataDir);
    } finally {
      await server.stop();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}
