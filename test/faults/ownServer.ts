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
  /** Whether it has ended without having been stopped. */
  readonly hasEnded: () => boolean;
  /** A way to the database that is open while `work` runs. */
  use<T>(work: (database: Database) => Promise<T>): Promise<T>;
  discard(): Promise<void>;
}

export interface OwnServerOptions {
  /** An empty folder for it, which it then leaves; one of its own where this is left out. */
  readonly dataDir?: string;
  /** By PostgreSQL's names. */
  readonly settings?: Readonly<Record<string, string>>;
}

export async function ownServer({ dataDir: given, settings }: OwnServerOptions = {}): Promise<OwnServer> {
  const dataDir = given ?? mkdtempSync(join(tmpdir(), 'tenantry-server-'));
  let hasEnded = false;
  const onExit = () => {
    hasEnded = true;
  };
  const start = () => {
    hasEnded = false;
    return startEmbeddedPostgres({ dataDir, settings, onExit });
  };
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
    hasEnded: () => hasEnded,
    async restart() {
      // Gives the folder free, where it ended by itself.
      await server.stop();
      server = await start();
      return Number(new URL(server.url).port);
    },
    async discard() {
      await server.stop();
      if (!given) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
