import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printSchema } from 'graphql';
import { issueAccessToken } from '../access/accessTokens.js';
import { keyKeptIn } from '../access/keyFile.js';
import { signingKeys } from '../access/signingKeys.js';
import { parseConfig } from '../config.js';
import { openDatabase } from '../db/pool.js';
import { createGateway } from '../gateway.js';
import { platformOf } from '../platform.js';
import { buildSchema } from '../schema/schema.js';
import { createLogger } from '../server/log.js';
import { createMetrics } from '../server/metrics.js';
import { openTenancy } from '../tenancy/tenancy.js';

/**
 * Makes a gateway as a start does and asks it something, over a database that is not there: so V8 compiles what a start and its first
 * answers run, which the build keeps. Whatever this leaves out is compiled when it first runs.
 * @returns the schema that it serves, printed
 */
export async function rehearse(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'tenantry-rehearsal-'));
  try {
    const config = parseConfig({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing', DATA_DIR: folder, LOG_LEVEL: 'silent' });
    const logger = createLogger({ ...config, terminal: false });
    const metrics = createMetrics();
    const limits = { acquireTimeout: config.databaseAcquireTimeout, statementTimeout: 1_000, applicationName: 'tenantry rehearsal' };
    const database = openDatabase({ url: config.databaseUrl ?? '', poolSize: 1, onStatement: metrics.countStatement, ...limits });
    const tenancy = openTenancy(database, config, limits);
    const keys = signingKeys([keyKeptIn(folder)], config.jwtIssuer, config.jwtAudience);
    const platform = platformOf(database, tenancy, config, keys, logger);
    const schema = buildSchema();
    const gateway = await createGateway({ config, database, platform, logger, metrics, schema });
    const { token } = issueAccessToken(keys, { sub: '00000000-0000-7000-8000-000000000000' }, 60);
    for (const authorization of ['', `Bearer ${token}`]) {
      const headers = { host: '127.0.0.1', ...(authorization && { authorization }) };
      await gateway.inject({
        method: 'POST',
        url: '/graphql',
        headers,
        payload: { query: 'query First { orgs(first: 1) { nodes { id } } }' },
      });
      await gateway.inject({ url: '/api/v1/platform/me', headers });
    }
    await gateway.close();
    await tenancy.close();
    await database.close();
    return printSchema(schema);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
