import type { Logger } from 'pino';
import type { SigningKeys } from '../access/signingKeys.js';
import type { Config } from '../config.js';
import { type Database, openDatabase } from '../db/pool.js';
import { platformOf } from '../platform.js';
import { openTenancy } from '../tenancy/tenancy.js';
import { duties } from '../worker/duties.js';
import { startWorker } from '../worker/startWorker.js';

/** Milliseconds: what is done in the background may take longer than a request's statement. */
const statementTimeout = 60_000;
/** Milliseconds: nobody waits for a duty, so it waits for its turn. */
const acquireTimeout = 60_000;
/** Connections of a worker, at most: it takes none from the requests' pool. */
const poolSize = 4;

/** Starts the worker of this process, over a pool of its own. @returns what stops it */
export function startWorkerOn(database: Database, config: Config, keys: SigningKeys, log: Logger): () => Promise<void> {
  const own = openDatabase({
    url: database.url,
    poolSize,
    acquireTimeout,
    statementTimeout,
    applicationName: 'tenantry worker',
    onIdleError: (error) => log.warn({ err: error }, 'an idle database connection of the worker was lost'),
  });
  const tenancy = openTenancy(database, config, {
    statementTimeout,
    applicationName: 'tenantry worker',
    onIdleError: (error) => log.warn({ err: error }, 'an idle connection of the worker to a shard was lost'),
  });
  const worker = startWorker({ ...platformOf(own, tenancy, config, keys, log), log }, duties);
  return async () => {
    await worker.stop();
    await tenancy.close();
    await own.close();
  };
}
