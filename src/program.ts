import 'reflect-metadata';
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

async function start(config: Config): Promise<void> {
  const startedAt = performance.now();
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
    // A database may have to be started, and each is asked whether it fits: what serves is read and put together meanwhile.
    const preparing = starting.then((started) => prepareDatabase(started, config, printed));
    // Where it fails before anybody waits for it, whoever waits then is told.
    preparing.catch(() => {});
    const [database, { createGateway }, { openTenancy }, { platformOf }, { startWorkerOn }] = await Promise.all([
      starting,
      import('./gateway.js'),
      import('./tenancy/tenancy.js'),
      import('./platform.js'),
      import('./start/startWorkerOn.js'),
    ]);
    shutdown.add(database.stop);
    const keys = signingKeys(config.jwtKeys ?? [keyKeptIn(config.dataDir)], config.jwtIssuer, config.jwtAudience);
    if (config.role === 'worker') {
      await preparing;
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
    const platform = platformOf(database, tenancy, config, keys, logger, standby);
    const [gateway, admin] = await Promise.all([createGateway({ config, database, platform, logger, metrics }), preparing]);
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

/** What `npm start` and `npm run worker` run. Ends the process with 1, after a line that says why, where it does not start. */
export async function run(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) {
    process.stdout.write(configHelp());
    return;
  }
  try {
    const role = args.includes('--worker') ? { ROLE: 'worker' } : {};
    await start(parseConfig({ ...process.env, ...role }));
  } catch (error) {
    process.stderr.write(`${failureLine(error)}\n`);
    process.exit(1);
  }
}

/** What the build runs, so that V8 compiles ahead what a start will run. */
export async function rehearse(): Promise<void> {
  const { rehearse } = await import('./start/rehearse.js');
  await rehearse();
}
