import { setTimeout as sleep } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import { Migrator } from 'kysely/migration';
import pg from 'pg';
import { migrations } from '../../migrations/index.js';
import { permissions } from '../access/permissions.js';
import type { DB } from './types.generated.js';
import { isHeldUp } from './violations.js';

/** The database holds a migration that this program does not know: a newer program has been here. */
export class DatabaseIsNewer extends Error {
  constructor(unknown: string) {
    super(`The database is newer than this program: it has the migration ${unknown}, which this program does not know.`);
    this.name = 'DatabaseIsNewer';
  }
}

/** The database lacks migrations that this program needs. */
export class DatabaseIsOlder extends Error {
  constructor(readonly missing: readonly string[]) {
    super(`The database is older than this program: it lacks ${missing.join(', ')}. Run "npm run migrate".`);
    this.name = 'DatabaseIsOlder';
  }
}

function migratorOf(db: Kysely<DB>): Migrator {
  return new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });
}

const undefinedTable = '42P01';

/** Names of the migrations that are applied, in order; none where the database is new. */
async function applied(db: Kysely<DB>): Promise<string[]> {
  try {
    const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
    return rows.map((row) => row.name);
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === undefinedTable) return [];
    throw error;
  }
}

/** Throws `DatabaseIsNewer` or `DatabaseIsOlder` unless the database has exactly this program's migrations. */
export async function requireMigrated(db: Kysely<DB>): Promise<void> {
  const names = await applied(db);
  const unknown = names.find((name) => !(name in migrations));
  if (unknown) throw new DatabaseIsNewer(unknown);
  const missing = Object.keys(migrations).filter((name) => !names.includes(name));
  if (missing.length > 0) throw new DatabaseIsOlder(missing);
}

/** Milliseconds between two tries to get the tables that a migration changes. */
const pause = 2_000;

/**
 * Brings the control plane's schema up to this program, and the permissions table up to the registry. The migrations that are missing run in one
 * transaction. Two processes may do so at once: one waits for the other's lock and finds nothing to do.
 * @param db whoever asks for a table that a migration waits for waits behind it: a limit of waiting (`lockTimeout`) lets them through between two tries
 * @param onHeldUp called before each further try
 * @returns the names of the migrations that ran
 * @throws DatabaseIsNewer
 */
export async function migrate(db: Kysely<DB>, onHeldUp: () => void = () => {}): Promise<string[]> {
  const names = await applied(db);
  const unknown = names.find((name) => !(name in migrations));
  if (unknown) throw new DatabaseIsNewer(unknown);
  async function inTheEnd<T>(step: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await step();
      } catch (error) {
        if (!isHeldUp(error)) throw error;
        onHeldUp();
        await sleep(pause);
      }
    }
  }
  // Kysely's migrator takes a dozen statements, one after the other, to find that there is nothing to do.
  const ran = names.length === Object.keys(migrations).length ? [] : await inTheEnd(() => runMissing(db));
  await inTheEnd(() => syncPermissions(db));
  await inTheEnd(() => grantRights(db));
  return ran;
}

async function runMissing(db: Kysely<DB>): Promise<string[]> {
  const { error, results } = await migratorOf(db).migrateToLatest();
  if (error) throw error;
  return (results ?? []).filter((result) => result.status === 'Success').map((result) => result.migrationName);
}

/** What the database's roles may do with the tables that there are now. Who doesn't own them has nothing to grant. */
async function grantRights(db: Kysely<DB>): Promise<void> {
  // Two processes that start at once would write the same rows of the catalog: each waits for its turn, in the statement's own transaction.
  await sql`
    with turn as materialized (
      select pg_advisory_xact_lock(hashtextextended('grant rights', 0)) from pg_class
      where oid = 'platform_audit_log'::regclass and pg_has_role(relowner, 'usage')
    )
    select grant_rights() from turn`.execute(db);
}

/** The registry in the code is the source; the table serves foreign keys and analysts. Keys are never removed. */
async function syncPermissions(db: Kysely<DB>): Promise<void> {
  await db
    .insertInto('permissions')
    .values(permissions.map(({ key, domain, description }) => ({ key, domain, description })))
    .onConflict((conflict) =>
      conflict
        .column('key')
        .doUpdateSet((eb) => ({ domain: eb.ref('excluded.domain'), description: eb.ref('excluded.description') }))
        .where(({ eb, ref }) =>
          eb.or([eb('permissions.domain', '<>', ref('excluded.domain')), eb('permissions.description', '<>', ref('excluded.description'))]),
        ),
    )
    .execute();
}
