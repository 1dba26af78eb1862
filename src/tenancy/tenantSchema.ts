import { type Kysely, type QueryExecutorProvider, sql, type Transaction } from 'kysely';
import { tenantMigrations } from '../../migrations/tenant/index.js';
import { addCoverageCategories } from './coverageCategories.js';

/** The migrations that a tenant's schema must have for this program, in their order. */
export const neededMigrations: readonly string[] = Object.keys(tenantMigrations).sort();

/** Lets the rest of a transaction find the tables of one schema, and no other's. */
export async function enterSchema(tx: QueryExecutorProvider, schema: string): Promise<void> {
  await sql`/* tenant schema */ select set_config('search_path', ${quoted(schema)}, true)`.execute(tx);
}

/** As an element of a search path, which is parsed. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * Makes a tenant's schema and the role that sees it alone, both of the same name, where they are not there, migrates the schema, and
 * fills in what every tenant begins with. In one transaction: what can be seen of a schema is whole. Callers at once on one schema wait
 * for each other.
 * @param db of the shard, as a role that may make schemas and roles
 * @param beforeCommit nothing is made where it throws
 */
export function makeTenantSchema<Tables>(db: Kysely<Tables>, schema: string, beforeCommit?: () => Promise<void>): Promise<void> {
  return inSchemaTransaction(db, schema, async (tx) => {
    await makeRole(tx, schema);
    const name = sql.id(schema);
    await sql`create schema if not exists ${name}`.execute(tx);
    await sql`grant usage on schema ${name} to ${name}`.execute(tx);
    await sql`alter default privileges in schema ${name} grant select, insert, update, delete on tables to ${name}`.execute(tx);
    await migrate(tx, schema);
    await addCoverageCategories(tx);
    await beforeCommit?.();
  });
}

/** Runs the migrations that a tenant's schema lacks, in one transaction. @returns their names */
export function migrateTenantSchema<Tables>(db: Kysely<Tables>, schema: string): Promise<string[]> {
  return inSchemaTransaction(db, schema, async (tx) => {
    // Whoever asks for a table meanwhile waits behind this for whoever uses it now: not for long.
    await sql`set local lock_timeout = '10s'`.execute(tx);
    return migrate(tx, schema);
  });
}

/**
 * Drops a tenant's schema with all that is in it, and its role. What is gone already is fine.
 * @param beforeCommit nothing is dropped where it throws
 */
export function dropTenantSchema<Tables>(db: Kysely<Tables>, schema: string, beforeCommit?: () => Promise<void>): Promise<void> {
  return inSchemaTransaction(db, schema, async (tx) => {
    await sql`drop schema if exists ${sql.id(schema)} cascade`.execute(tx);
    // Roles belong to the whole server: another of its databases may have a copy of the tenant, which a move made.
    const { rows } = await sql`select from pg_shdepend d join pg_roles r on r.oid = d.refobjid
      where d.refclassid = 'pg_authid'::regclass and r.rolname = ${schema} limit 1`.execute(tx);
    if (rows.length === 0) await sql`drop role if exists ${sql.id(schema)}`.execute(tx);
    await beforeCommit?.();
  });
}

/** An arbitrary number that stands for tenants' schemas among the advisory locks. */
export const schemaLock = 7_265_303;

/** Runs `work` in a transaction of a shard that is alone in building, freezing or dropping one schema: others wait. */
export function inSchemaTransaction<Tables, T>(
  db: Kysely<Tables>,
  schema: string,
  work: (tx: Transaction<Tables>) => Promise<T>,
): Promise<T> {
  return db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${schemaLock}, hashtext(${schema}))`.execute(tx);
    return work(tx);
  });
}

async function makeRole(tx: QueryExecutorProvider, name: string): Promise<void> {
  const { rows } = await sql<{ made: boolean; may_be_anyone: boolean }>`
    select exists (select from pg_roles where rolname = ${name}) as made,
      (select rolsuper from pg_roles where rolname = current_user) as may_be_anyone`.execute(tx);
  const [role] = rows;
  if (!role?.made) await sql`create role ${sql.id(name)} nologin`.execute(tx);
  // A superuser takes any role; memberships by the thousand would only slow its checks down.
  if (!role?.may_be_anyone) await sql`grant ${sql.id(name)} to current_user`.execute(tx);
}

async function migrate(tx: QueryExecutorProvider, schema: string): Promise<string[]> {
  await enterSchema(tx, schema);
  const { rows: tables } = await sql`select where to_regclass('tenant_migrations') is not null`.execute(tx);
  if (tables.length === 0) {
    await sql`create table tenant_migrations (name text primary key, applied_at timestamptz not null default now())`.execute(tx);
    await sql`revoke insert, update, delete on tenant_migrations from ${sql.id(schema)}`.execute(tx);
  }
  const { rows: applied } = await sql<{ name: string }>`select name from tenant_migrations`.execute(tx);
  const missing = neededMigrations.filter((name) => !applied.some((done) => done.name === name));
  for (const name of missing) {
    await tenantMigrations[name]?.up(tx);
    await sql`insert into tenant_migrations (name) values (${name})`.execute(tx);
  }
  return missing;
}
