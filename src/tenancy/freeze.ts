import { type Kysely, sql, type Transaction } from 'kysely';
import { inSchemaTransaction } from './tenantSchema.js';

/** SQLSTATE of a write that a frozen schema refuses: read_only_sql_transaction. */
export const frozenState = '25006';

/** The trigger, and the function in the schema that it runs. */
const name = 'refuse_writes';

/**
 * Lets a tenant's schema be read and not written, by anyone, until it is thawed: kept by the schema itself, so that it holds whatever
 * becomes of who asked for it. What is being written is waited for, for as long as the connection waits for a lock.
 * @param beforeCommit nothing is done where it throws
 */
export function freezeSchema<Tables>(db: Kysely<Tables>, schema: string, beforeCommit: () => Promise<void>): Promise<void> {
  return inSchemaTransaction(db, schema, async (tx) => {
    await sql`set local lock_timeout = '5s'`.execute(tx);
    await sql`create or replace function ${sql.id(schema, name)}() returns trigger language plpgsql as $$
      begin
        raise exception 'This copy of the data is not written to.' using errcode = ${sql.lit(frozenState)};
      end $$`.execute(tx);
    for (const table of await tablesOf(tx, schema)) {
      await sql`create or replace trigger ${sql.id(name)} before insert or update or delete or truncate on ${sql.id(schema, table)}
        for each statement execute function ${sql.id(schema, name)}()`.execute(tx);
    }
    await beforeCommit();
  });
}

/** Lets a schema that was frozen be written again. One that was not, or is not there, is fine. */
export function thawSchema<Tables>(db: Kysely<Tables>, schema: string): Promise<void> {
  return inSchemaTransaction(db, schema, async (tx) => {
    const { rows } = await sql`select from pg_namespace where nspname = ${schema}`.execute(tx);
    if (rows.length > 0) await sql`drop function if exists ${sql.id(schema, name)}() cascade`.execute(tx);
  });
}

async function tablesOf<Tables>(tx: Transaction<Tables>, schema: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${schema} and c.relkind = 'r' order by c.relname`.execute(tx);
  return rows.map((row) => row.name);
}
