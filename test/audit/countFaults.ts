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
        select g.grain, case when g.grain = 'ever' then '-infinity' else date_trunc(g.grain, created_at, 'UTC') end as bucket, ${own}, count(*) as count
        from platform_audit_log, unnest(${grainsOf(rollup)}::text[]) as g (grain)
        where xid < (select xid from audit_counts_progress) group by g.grain, bucket, ${own}
      ), kept as (select grain, bucket, ${own}, count from ${sql.table(table)})
      select ((select count(*) from (table truth except all table kept) a) + (select count(*) from (table kept except all table truth) b))::int as count`.execute(
      db,
    );
    differing += rows[0]?.count ?? 0;
  }
  differing += await differingDays(db);
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from platform_audit_log where xid >= (select xid from audit_counts_progress)`.execute(db);
  return { differing, uncounted: rows[0]?.count ?? 0 };
}

/** Of the table of days: each count is asked of the log by itself. */
async function differingDays(db: Database['db']): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    with truth as (
      select by, value, month, day, hours, sum(count)::int as count from (
        select v.by, v.value, date_trunc('month', created_at, 'UTC') as month, extract(day from created_at at time zone 'UTC')::int as day,
          extract(hour from created_at at time zone 'UTC') as hour, count(*) as count
        from platform_audit_log e, lateral (values ('all', ''), ('action', action), ('resource_type', resource_type), ('outcome', outcome)) v (by, value)
        where xid < (select xid from audit_counts_progress) group by 1, 2, 3, 4, 5
      ) e join generate_series(1, 24) as h (hours) on e.hour < h.hours group by 1, 2, 3, 4, 5
    ), kept as (
      select by, value, month, day::int, hours::int, count from audit_counts_by_day, unnest(counts) with ordinality as d (count, day) where count <> 0
    )
    select ((select count(*) from (table truth except all table kept) a) + (select count(*) from (table kept except all table truth) b))::int as count`.execute(
    db,
  );
  return rows[0]?.count ?? 0;
}

/** No fault at all. */
export const exact = { differing: 0, uncounted: 0 };
