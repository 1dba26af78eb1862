import { sql } from 'kysely';
import type { TestGateway } from '../support/gateway.js';

/**
 * Moves all that was done so far into the past: entries and rows, as an owner of the database could who has all of its guards look away. For a
 * trail that is not sealed yet; what was counted of it is to be counted again.
 * @param interval of PostgreSQL: 40 days are in another month
 */
export async function moveBack({ database: { db } }: TestGateway, interval: string): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`set local session_replication_role = replica`.execute(tx);
    await sql`select make_audit_partitions((now() - interval '1 year')::date, current_date)`.execute(tx);
    const { rows: counts } = await sql<{ name: string }>`select relname as name from pg_class
      where relnamespace = 'public'::regnamespace and relname like 'audit_counts_by_%' and not relispartition and relkind in ('r', 'p')`.execute(
      tx,
    );
    for (const { name } of counts) await sql`truncate ${sql.table(name)}`.execute(tx);
    await sql`update audit_counts_progress set xid = '0', days_xid = '0'`.execute(tx);
    const { rows: tables } = await sql<{ name: string; columns: string[] }>`select c.relname as name, array_agg(a.attname::text) as columns
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.atttypid = 'timestamptz'::regtype and a.attnum > 0 and not a.attisdropped
        -- Which entries keep too.
        and a.attname <> 'archived_at'
      where c.relnamespace = 'public'::regnamespace and not c.relispartition and c.relkind in ('r', 'p') group by c.relname`.execute(tx);
    for (const { name, columns } of tables) {
      const moved = columns.map((column) => sql`${sql.ref(column)} = ${sql.ref(column)} - ${interval}::interval`);
      await sql`update ${sql.table(name)} set ${sql.join(moved)}`.execute(tx);
    }
  });
}
