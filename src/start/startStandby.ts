import type { FastifyBaseLogger } from 'fastify';
import type { Kysely } from 'kysely';
import type { Config } from '../config.js';
import { stateOf } from '../db/pool.js';
import { openStandby, type Standby } from '../db/standby.js';
import type { DB } from '../db/types.generated.js';
import type { Metrics } from '../server/metrics.js';

/** Opens the configured standby, if there is one. It need not be there yet: nothing waits for it. */
export function startStandby(primary: Kysely<DB>, config: Config, log: FastifyBaseLogger, metrics: Metrics): Standby | undefined {
  if (config.databaseReadUrl === undefined) return undefined;
  const standby = openStandby({
    primary,
    url: config.databaseReadUrl,
    poolSize: config.databasePoolSize,
    acquireTimeout: config.databaseAcquireTimeout,
    statementTimeout: config.databaseStatementTimeout,
    applicationName: 'tenantry reads',
    onStatement: metrics.countStatement,
    onQuery: metrics.countQuery,
    onTurn(reason) {
      if (reason) log.warn({ err: reason }, 'the standby is not read from: the database answers all');
      else log.info('the standby is read from');
    },
  });
  metrics.watchPool(stateOf(standby.pool), 'standby');
  return standby;
}
