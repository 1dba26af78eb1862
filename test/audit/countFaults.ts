import { sql } from 'kysely';
import { grainsOf, rollups } from '../../src/audit/counts/rollups.js';
import type { Database } from '../../src/db/pool.js';

/** Where the counts differ from the entries that are said to be counted; and how many those are. */
export async function countFaults({ db }: Pick<Database, 'db'>): Promise<{ differing: number; uncounted: number }> {
  let differing = 0;
  for (const rollup of rollups) {
    const { table, columns } = rollup;
    const own = sql.join(columns.map((column) => sql.ref(column)));
    const { rows } = await sql<{ count: number }>`
      with truth as (
        select g.grain, date_trunc(g.grain, created_at, 'UTC') as bucket, ${own}, count(*) as count
        from platform_audit_log, unnest(${grainsOf(rollup)}::text[]) as g (grain)
        where xid < (select xid from audit_counts_progress) group by g.grain, bucket, ${own}
      ), kept as (select grain, bucket, ${own}, count from ${sql.table(table)})
      select ((select count(*) from (table truth except all table kept) a) + (select count(*) from (table kept except all table truth) b))::int as count`.execute(
      db,
    );
    differing += rows[0]?.count ?? 0;
  }
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from platform_audit_log where xid >= (select xid from audit_counts_progress)`.execute(db);
  return { differing, uncounted: rows[0]?.count ?? 0 };
}

/** No fault at all. */
export const exact = { differing: 0, uncounted: 0 };
