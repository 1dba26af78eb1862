import type { Logger } from 'pino';
import type { SigningKeys } from '../access/signingKeys.js';
import type { Config } from '../config.js';
import { type Database, openDatabase } from '../db/pool.js';
import { platformOf } from '../platform.js';
import { duties } from '../worker/duties.js';
import { startWorker } from '../worker/startWorker.js';

/** Milliseconds: what is done in the background may take longer than a request's statement. */
const statementTimeout = 60_000;
/** Connections of a worker, at most: it takes none from the requests' pool. */
const poolSize = 4;

/** Starts the worker of this process, over a pool of its own. @returns what stops it */
export function startWorkerOn(database: Database, config: Config, keys: SigningKeys, log: Logger): () => Promise<void> {
  const own = openDatabase({
    url: database.url,
    poolSize,
    acquireTimeout: config.databaseAcquireTimeout,
    statementTimeout,
    applicationName: 'tenantry worker',
    onIdleError: (error) => log.warn({ err: error }, 'an idle database connection of the worker was lost'),
  });
  const worker = startWorker({ ...platformOf(own, config, keys), log }, duties);
  return async () => {
    await worker.stop();
    await own.close();
  };
}
