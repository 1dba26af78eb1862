import 'reflect-metadata';
import { keyKeptIn } from './access/keyFile.js';
import { signingKeys } from './access/signingKeys.js';
import { configHelp } from './config/documentation.js';
import { type Config, parseConfig } from './config.js';
import { createGateway } from './gateway.js';
import { createLogger } from './server/log.js';
import { createMetrics } from './server/metrics.js';
import { banner } from './start/banner.js';
import { failureLine } from './start/failureLine.js';
import { firstOwner } from './start/firstOwner.js';
import { prepareDatabase } from './start/prepareDatabase.js';
import { printed } from './start/progress.js';
import { startDatabase } from './start/startDatabase.js';

const startedAt = performance.now();

async function start(config: Config): Promise<void> {
  const logger = createLogger({ ...config, terminal: process.stdout.isTTY === true });
  const metrics = createMetrics();
  const database = await startDatabase({
    config,
    progress: printed,
    onStatement: metrics.countStatement,
    onIdleError: (error) => logger.warn({ err: error }, 'an idle database connection was lost'),
    onExit: (error) => logger.fatal({ err: error }, 'the embedded database ended'),
  });
  try {
    const admin = await prepareDatabase(database, config, printed);
    const keys = signingKeys(config.jwtKeys ?? [keyKeptIn(config.dataDir)], config.jwtIssuer, config.jwtAudience);
    const gateway = await createGateway({ config, database, keys, logger, metrics });
    await gateway.listen({ port: config.port, host: config.host });
    const address = gateway.server.address();
    const port = typeof address === 'object' && address ? address.port : config.port;
    stopOnSignals(async () => {
      await gateway.close();
      await database.stop();
    });
    const url = config.port === port ? config.publicUrl : `http://localhost:${port}`;
    const tokenFor = database.isEmbedded ? await firstOwner(database.db) : undefined;
    process.stdout.write(banner({ url, admin, tokenFor, keys, took: performance.now() - startedAt }));
  } catch (error) {
    await database.stop();
    throw error;
  }
}

/** The first signal drains, and the process ends by itself; a second one of the same kind ends it at once. */
function stopOnSignals(stop: () => Promise<void>): void {
  let stopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      stop().then(
        () => process.exit(0),
        (error: unknown) => fail(error),
      );
    });
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
    await start(parseConfig(process.env));
  } catch (error) {
    fail(error);
  }
}
