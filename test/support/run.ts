/**
 * Runs jest with PostgreSQL servers of its own, or the one of TEST_DATABASE_URL (a superuser's address; 15 or newer): makes a
 * template database, migrated and with its first admin, of which every test file takes a copy. Arguments go to jest.
 */
import { spawn } from 'node:child_process';
import pg from 'pg';
import { migrate } from '../../src/db/migrator.js';
import { openDatabase } from '../../src/db/pool.js';
import { firstStart } from '../../src/start/firstStart.js';
import { withTemporaryPostgres } from '../../src/tools/temporaryPostgres.js';
import { adminEmail, adminPassword, template } from './fixtures.js';

async function makeTemplate(server: string): Promise<void> {
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  await admin.query(`drop database if exists ${template}`);
  await admin.query(`create database ${template}`);
  await admin.end();
  const url = new URL(server);
  url.pathname = `/${template}`;
  const database = openDatabase({
    url: url.href,
    poolSize: 2,
    acquireTimeout: 10_000,
    statementTimeout: 0,
    applicationName: 'tenantry tests',
  });
  await migrate(database.db);
  await firstStart(database.db, { adminEmail, adminPassword });
  await database.close();
}

function jest(servers: readonly string[]): Promise<number> {
  const program = ['--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'];
  const args = [...program, `--maxWorkers=${servers.length}`, ...process.argv.slice(2)];
  const child = spawn(process.execPath, args, { stdio: 'inherit', env: { ...process.env, TEST_SERVERS: servers.join(' ') } });
  return new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)));
}

async function run(...servers: readonly string[]): Promise<number> {
  await Promise.all(servers.map(makeTemplate));
  return jest(servers);
}

/** A server for each worker: what follows the trail waits for the oldest transaction of a whole server, another test's too. */
const ownServers = () => withTemporaryPostgres((one) => withTemporaryPostgres((two) => run(one, two)));

process.exitCode = process.env.TEST_DATABASE_URL ? await run(process.env.TEST_DATABASE_URL) : await ownServers();
