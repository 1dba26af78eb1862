import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/db/embedded/embeddedPostgres.js';
import { migrate } from '../../src/db/migrator.js';
import { type Database, openDatabase } from '../../src/db/pool.js';
import { firstStart } from '../../src/start/firstStart.js';
import { adminEmail, adminPassword } from '../support/fixtures.js';

/** A PostgreSQL server of the test's own, which keeps what it acknowledged, with a platform on it. */
export interface OwnServer {
  readonly url: () => string;
  /** Its data folder. */
  readonly dataDir: string;
  /** Stops it at once, as a crash does: no client is told, nothing is written any more. */
  crash(): Promise<void>;
  /** Starts it again, on another port. @returns the port */
  restart(): Promise<number>;
  /** A way to the database that is open while `work` runs. */
  use<T>(work: (database: Database) => Promise<T>): Promise<T>;
  discard(): Promise<void>;
}

export async function ownServer(): Promise<OwnServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tenantry-server-'));
  const start = () => startEmbeddedPostgres({ dataDir });
  let server: EmbeddedPostgres = await start();

  async function use<T>(work: (database: Database) => Promise<T>): Promise<T> {
    const options = { poolSize: 4, acquireTimeout: 10_000, statementTimeout: 0, applicationName: 'tenantry faults' };
    const database = openDatabase({ ...options, url: server.url });
    try {
      return await work(database);
    } finally {
      await database.close();
    }
  }
  await use(async ({ db }) => {
    await migrate(db);
    await firstStart(db, { adminEmail, adminPassword });
  });

  return {
    url: () => server.url,
    dataDir,
    use,
    async crash() {
      // PostgreSQL's immediate shutdown.
      process.kill(server.pid, 'SIGQUIT');
      await server.stop();
    },
    async restart() {
      server = await start();
      return Number(new URL(server.url).port);
    },
    async discard() {
      await server.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
