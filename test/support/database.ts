import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { type Database, type DatabaseOptions, openDatabase } from '../../src/db/pool.js';
import { template } from './fixtures.js';

function serverUrl(): URL {
  const servers = process.env.TEST_SERVERS?.split(' ') ?? [];
  // jest counts its workers from 1.
  const server = servers[(Number(process.env.JEST_WORKER_ID ?? 1) - 1) % servers.length];
  if (!server) throw new Error('Run the tests with "npm test": they need a PostgreSQL server.');
  return new URL(server);
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: serverUrl().href });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

export interface TestDatabase extends Database {
  readonly url: string;
  /** Statements that this process has run on the database so far. */
  readonly statements: () => number;
  drop(): Promise<void>;
}

/** A database of the test's own: empty, or a copy of the template. */
export async function testDatabase(
  from: 'template' | 'empty' = 'template',
  limits: Partial<Pick<DatabaseOptions, 'poolSize' | 'acquireTimeout' | 'statementTimeout'>> = {},
): Promise<TestDatabase> {
  const name = `tenantry_test_${randomBytes(6).toString('hex')}`;
  await onServer(`create database ${name}${from === 'template' ? ` template ${template}` : ''}`);
  const url = serverUrl();
  url.pathname = `/${name}`;
  let statements = 0;
  const database = openDatabase({
    url: url.href,
    poolSize: 10,
    acquireTimeout: 5_000,
    statementTimeout: 5_000,
    ...limits,
    applicationName: 'tenantry tests',
    onStatement: () => {
      statements += 1;
    },
  });
  return {
    ...database,
    url: url.href,
    statements: () => statements,
    async drop() {
      await database.close();
      await onServer(`drop database ${name} with (force)`);
    },
  };
}
