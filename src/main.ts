import 'reflect-metadata';
import { keyKeptIn } from './access/keyFile.js';
import { signingKeys } from './access/signingKeys.js';
import { configHelp } from './config/documentation.js';
import { type Config, parseConfig } from './config.js';
import { createGateway } from './gateway.js';
import { platformOf } from './platform.js';
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
import { startWorkerOn } from './start/startWorkerOn.js';
import { openTenancy } from './tenancy/tenancy.js';

const startedAt = performance.now();

async function start(config: Config): Promise<void> {
  const logger = createLogger({ ...config, terminal: process.stdout.isTTY === true });
  const metrics = createMetrics();
  const shutdown = createShutdown();
  endInOrder(shutdown, logger);
  try {
    const database = await startDatabase({
      config,
      progress: printed,
      onStatement: metrics.countStatement,
      onIdleError: (error) => logger.warn({ err: error }, 'an idle database connection was lost'),
      onExit: (error) => logger.fatal({ err: error }, 'the embedded database ended: requests are answered 503 until the next start'),
    });
    shutdown.add(database.stop);
    const admin = await prepareDatabase(database, config, printed);
    const keys = signingKeys(config.jwtKeys ?? [keyKeptIn(config.dataDir)], config.jwtIssuer, config.jwtAudience);
    if (config.role !== 'gateway') shutdown.add(startWorkerOn(database, config, keys, logger));
    if (config.role === 'worker') {
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
    const platform = platformOf(database, tenancy, config, keys, standby);
    const gateway = await createGateway({ config, database, platform, logger, metrics });
    shutdown.add(() => gateway.close());
    await gateway.listen({ port: config.port, host: config.host });

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
