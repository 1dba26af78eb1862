import 'reflect-metadata';
import './start/production.js';
import { keyKeptIn } from './access/keyFile.js';
import { signingKeys } from './access/signingKeys.js';
import { configHelp } from './config/documentation.js';
import { type Config, parseConfig } from './config.js';
import { createLogger } from './server/log.js';
import { createMetrics } from './server/metrics.js';
import { banner } from './start/banner.js';
import { failureLine } from './start/failureLine.js';
import { firstOwner } from './start/firstOwner.js';
import { prepareDatabase } from './start/prepareDatabase.js';
import { printed } from './start/progress.js';
import { createShutdown, endInOrder } from './start/shutdown.js';
import { startDatabase } from './start/startDatabase.js';
import { startStandby } from './start/startStandby.js';

const startedAt = performance.now();

async function start(config: Config): Promise<void> {
  const logger = createLogger({ ...config, terminal: process.stdout.isTTY === true });
  const metrics = createMetrics();
  const shutdown = createShutdown();
  endInOrder(shutdown, logger);
  try {
    const starting = startDatabase({
      config,
      progress: printed,
      onStatement: metrics.countStatement,
      onIdleError: (error) => logger.warn({ err: error }, 'an idle database connection was lost'),
      onExit: (error) => logger.fatal({ err: error }, 'the embedded database ended: requests are answered 503 until the next start'),
    });
    // Reading what serves takes about as long as starting a database, which other processes do.
    const [database, { createGateway }, { openTenancy }, { platformOf }, { startWorkerOn }] = await Promise.all([
      starting,
      import('./gateway.js'),
      import('./tenancy/tenancy.js'),
      import('./platform.js'),
      import('./start/startWorkerOn.js'),
    ]);
    shutdown.add(database.stop);
    const admin = await prepareDatabase(database, config, printed);
    const keys = signingKeys(config.jwtKeys ?? [keyKeptIn(config.dataDir)], config.jwtIssuer, config.jwtAudience);
    if (config.role === 'worker') {
      shutdown.add(startWorkerOn(database, config, keys, logger));
      logger.info('the worker is running');
      return;
    }
    const tenancy = openTenancy(database, config, {
      statementTimeout: config.databaseStatementTimeout,
      applicationName: 'tenantry',
      onIdleError: (error) => logger.warn({ err: error }, 'an idle connection to a shard was lost'),
    });
    shutdown.add(tenancy.close);
    const standby = startStandby(database.db, config, logger, metrics);
    if (standby) shutdown.add(standby.close);
    let stopWorker = async () => {};
    shutdown.add(() => stopWorker());
    const gateway = await createGateway({
      config,
      database,
      platform: platformOf(database, tenancy, config, keys, logger, standby),
      logger,
      metrics,
    });
    shutdown.add(() => gateway.close());
    // A connection that finds no place in the system's queue is silently tried again seconds later: better taken, and refused in words.
    await gateway.listen({ port: config.port, host: config.host, backlog: 4_096 });
    // Behind the gateway, so that what waits to be done, such as the schemas of the demo orgs, delays nobody who waits for an answer.
    if (config.role === 'all') stopWorker = startWorkerOn(database, config, keys, logger);

    const address = gateway.server.address();
    const port = typeof address === 'object' && address ? address.port : config.port;
    const url = config.port === port ? config.publicUrl : `http://localhost:${port}`;
    const tokenFor = database.isEmbedded ? await firstOwner(database.db) : undefined;
    process.stdout.write(banner({ url, admin, tokenFor, keys, took: performance.now() - startedAt }));
  } catch (error) {
    await shutdown.run();
    throw error;
  }
}

function fail(error: unknown): never {
  process.stderr.write(`${failureLine(error)}\n`);
  process.exit(1);
}

if (process.argv.includes('--help')) {
  process.stdout.write(configHelp());
} else {
  try {
    const role = process.argv.includes('--worker') ? { ROLE: 'worker' } : {};
    await start(parseConfig({ ...process.env, ...role }));
  } catch (error) {
    fail(error);
  }
}
