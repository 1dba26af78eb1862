/**
 * Tenantry's GraphQL endpoint over the schema as it is before the rules are applied to it, with everything else as it is: what the rules
 * cost is the difference. It is for the bench, and no way to serve anyone. Started with an IPC channel, over which it says its port.
 */
import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { keyKeptIn } from '../../../src/access/keyFile.js';
import { signingKeys } from '../../../src/access/signingKeys.js';
import { parseConfig } from '../../../src/config.js';
import { openDatabase } from '../../../src/db/pool.js';
import { platformOf } from '../../../src/platform.js';
import { buildUnguardedSchema } from '../../../src/schema/schema.js';
import { createApp } from '../../../src/server/app.js';
import { createApollo } from '../../../src/server/graphql/apollo.js';
import { graphqlContext, mountApollo } from '../../../src/server/graphql/endpoint.js';
import { createLogger } from '../../../src/server/log.js';
import { createMetrics } from '../../../src/server/metrics.js';
import { requestContext } from '../../../src/server/requestContext.js';
import { openTenancy } from '../../../src/tenancy/tenancy.js';

const config = parseConfig(process.env);
const logger = createLogger({ ...config, terminal: false });
const metrics = createMetrics();
const database = openDatabase({
  url: config.databaseUrl ?? '',
  poolSize: config.databasePoolSize,
  acquireTimeout: config.databaseAcquireTimeout,
  statementTimeout: config.databaseStatementTimeout,
  applicationName: 'bench',
  onStatement: metrics.countStatement,
  onIdleError: (error) => logger.warn({ err: error }, 'an idle database connection was lost'),
});
const tenancy = openTenancy(database, config, { statementTimeout: config.databaseStatementTimeout, applicationName: 'bench' });
const keys = signingKeys(config.jwtKeys ?? [keyKeptIn(config.dataDir)], config.jwtIssuer, config.jwtAudience);
const platform = platformOf(database, tenancy, config, keys, logger);
const apollo = createApollo(buildUnguardedSchema(), logger);
await apollo.start();
const app = await createApp({
  config,
  logger,
  metrics,
  ready: async () => {},
  async register(routes) {
    mountApollo(routes, apollo, '/graphql', (request) => graphqlContext(request, (one) => requestContext(platform, one)));
  },
});
await app.listen({ port: 0, host: '127.0.0.1' });
// It listens on TCP, so the address is no path of a pipe.
process.send?.({ port: (app.server.address() as AddressInfo).port });
// Whoever started it is gone.
process.on('disconnect', () => process.exit());
