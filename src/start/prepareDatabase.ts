import { sql } from 'kysely';
import type { Config } from '../config.js';
import { migrate } from '../db/migrator.js';
import { type Database, openDatabase } from '../db/pool.js';
import { loadDemoData } from '../demo/loadDemoData.js';
import { type FirstAdmin, firstStart } from './firstStart.js';
import type { Progress } from './progress.js';

const oldestServer = 150_000;

/** The server is too old to serve this product. */
export class ServerTooOld extends Error {
  constructor(version: string) {
    super(`PostgreSQL ${version} is too old: 15 or newer is needed.`);
    this.name = 'ServerTooOld';
  }
}

/**
 * Brings a database to where it can serve: migrated, with a first admin, and with demo data where it was new. A
 * database that is there already is left as it is.
 * @returns the admin, where one was made
 * @throws DatabaseIsNewer
 * @throws ServerTooOld
 */
export async function prepareDatabase(database: Database, config: Config, progress: Progress): Promise<FirstAdmin | undefined> {
  const ran = await migrateOnly(database, config, progress);
  if (ran.length > 0) progress(`Migrated the database: ${ran.join(', ')}.`);
  const isEmbedded = config.databaseUrl === undefined;
  const [admin, mayChangeTheTrail] = await Promise.all([
    firstStart(database.db, { adminEmail: config.adminEmail, adminPassword: config.adminPassword }),
    isEmbedded ? false : ownsTheTrail(database),
  ]);
  if (mayChangeTheTrail) {
    progress('The database user owns the audit log, and could change it: sign in as a member of tenantry_app, and migrate as the owner.');
  }
  if (admin && config.demoData) {
    const { orgs, users, entries } = await loadDemoData(database.db, { id: admin.id, displayName: 'Platform admin' });
    progress(`Made demo data: ${orgs} orgs, ${users} users, ${entries} audit entries.`);
  }
  return admin;
}

/** Whether the program's own user could take the log's protection away. */
async function ownsTheTrail({ db }: Database): Promise<boolean> {
  const { rows } = await sql<{ isOwner: boolean }>`select pg_has_role(relowner, 'usage') as "isOwner" from pg_class
    where oid = 'platform_audit_log'::regclass`.execute(db);
  return rows[0]?.isOwner ?? false;
}

async function requireServer({ db }: Database): Promise<void> {
  const { rows } = await sql<{ number: number; version: string }>`
    select current_setting('server_version_num')::int as number, current_setting('server_version') as version`.execute(db);
  const [server] = rows;
  if (server && server.number < oldestServer) throw new ServerTooOld(server.version);
}

/** Milliseconds that a migration waits for a table, and all that came later behind it: less than a statement of a request may take. */
const longestWait = 1_000;

/**
 * Migrates, over a pool of its own: a migration may take longer than a statement of a request. What uses a table for long, such as an export or a
 * backup, is waited for as long as it takes, and others get at the table meanwhile.
 * @returns the names of the migrations that ran
 * @throws DatabaseIsNewer
 * @throws ServerTooOld
 */
export async function migrateOnly(database: Database, config: Config, progress: Progress): Promise<string[]> {
  const own = openDatabase({
    url: database.url,
    poolSize: 2,
    acquireTimeout: Math.max(config.databaseAcquireTimeout, 10_000),
    statementTimeout: 0,
    lockTimeout: longestWait,
    applicationName: 'tenantry migrate',
  });
  let isSaid = false;
  try {
    await requireServer(own);
    return await migrate(own.db, () => {
      if (!isSaid) progress('A table that is to be migrated is in use: waiting for it.');
      isSaid = true;
    });
  } finally {
    await own.close();
  }
}
