import 'reflect-metadata';
import './start/production.js';
import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
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
import type { startWorkerOn } from './start/startWorkerOn.js';

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
    // To read the modules takes the process until it is done: what the database is first asked goes out before.
    await setImmediate();
    const [database, { createGateway }, { openTenancy }, { platformOf }] = await Promise.all([
      starting,
      import('./gateway.js'),
      import('./tenancy/tenancy.js'),
      import('./platform.js'),
    ]);
    shutdown.add(database.stop);
    const keys = signingKeys(config.jwtKeys ?? [keyKeptIn(config.dataDir)], config.jwtIssuer, config.jwtAudience);
    if (config.role === 'worker') {
      await preparing;
      const { startWorkerOn } = await import('./start/startWorkerOn.js');
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
    const worker = workerLater(database, config, keys, logger);
    shutdown.add(worker.stop);
    const platform = platformOf(database, tenancy, config, keys, logger, standby);
    const [gateway, admin] = await Promise.all([createGateway({ config, database, platform, logger, metrics }), preparing]);
    shutdown.add(() => gateway.close());
    // A connection that finds no place in the system's queue is silently tried again seconds later: better taken, and refused in words.
    await gateway.listen({ port: config.port, host: config.host, backlog: 4_096 });
    if (config.role === 'all') worker.start();

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

/** Milliseconds. */
const workerDelay = 500;

/**
 * The worker of a gateway's process. It begins behind the first answers, so that what waits to be done, such as the schemas of the demo orgs,
 * delays nobody who waits for one.
 */
function workerLater(...made: Parameters<typeof startWorkerOn>): { start(): void; stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined;
  let starting: Promise<() => Promise<void>> | undefined;
  return {
    start() {
      timer = setTimeout(() => {
        starting = import('./start/startWorkerOn.js').then((module) => module.startWorkerOn(...made));
      }, workerDelay);
    },
    async stop() {
      clearTimeout(timer);
      await (await starting)?.();
    },
  };
}

/** What `npm start` and `npm run worker` run. Ends the process with 1, after a line that says why, where it does not start. */
export async function run(args: readonly string[]): Promise<void> {
  if (args.includes('--help')) {
    process.stdout.write(configHelp());
    return;
  }
  try {
    const { worker } = parseArgs({ args: [...args], options: { worker: { type: 'boolean' } } }).values;
    const role = worker ? { ROLE: 'worker' } : {};
    await start(parseConfig({ ...process.env, ...role }));
  } catch (error) {
    process.stderr.write(`${failureLine(error)}\n`);
    process.exit(1);
  }
}

/** What the build runs, so that V8 compiles ahead what a start will run. @returns the schema that it serves, printed */
export async function rehearse(): Promise<string> {
  const { rehearse } = await import('./start/rehearse.js');
  return rehearse();
}
