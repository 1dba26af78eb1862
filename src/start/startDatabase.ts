import type { Config } from '../config.js';
import type { OnStatement } from '../db/client.js';
import { startEmbeddedPostgres } from '../db/embedded/embeddedPostgres.js';
import { addressOfRunning } from '../db/embedded/runningPostgres.js';
import type { Database } from '../db/pool.js';
import { openDatabase } from '../db/pool.js';
import type { Progress } from './progress.js';

export interface StartedDatabase extends Database {
  /** Whether it is the embedded one that stops with the process. */
  readonly isEmbedded: boolean;
  /** Closes the pool, and stops the embedded server. */
  stop(): Promise<void>;
}

export interface DatabaseStart {
  readonly config: Config;
  readonly progress: Progress;
  readonly onStatement?: OnStatement;
  readonly onIdleError?: (error: Error) => void;
  /** Whether an embedded server that another process runs is used beside it: for commands that only read. */
  readonly besideOthers?: boolean;
  /** The embedded server ended by itself. */
  readonly onExit?: (error: Error) => void;
}

/**
 * Opens the configured database, or starts the embedded one in the data folder.
 * @throws EmbeddedPostgresError where it can't be started
 */
export async function startDatabase(start: DatabaseStart): Promise<StartedDatabase> {
  const { config, progress, onStatement, onIdleError, onExit, besideOthers } = start;
  const running = config.databaseUrl ?? (besideOthers ? await addressOfRunning(config.dataDir) : undefined);
  const embedded = running ? undefined : await startEmbeddedPostgres({ dataDir: config.dataDir, onProgress: progress, onExit });
  const database = openDatabase({
    url: running ?? embedded?.url ?? '',
    poolSize: config.databasePoolSize,
    acquireTimeout: config.databaseAcquireTimeout,
    statementTimeout: config.databaseStatementTimeout,
    applicationName: 'tenantry',
    onStatement,
    onIdleError,
  });
  return {
    ...database,
    isEmbedded: embedded !== undefined,
    async stop() {
      await database.close();
      await embedded?.stop();
    },
  };
}
