import { sql } from 'kysely';
import { grainsOf, type Rollup, rollups } from '../audit/counts/rollups.js';
import type { Check } from './check.js';

/** The counts of one table against the entries that count as counted, in one statement and so at one moment. */
function agreesWithLog(rollup: Rollup): Check {
  const { table, columns } = rollup;
  return {
    name: `The counts in ${table} are those of the trail`,
    async find({ db }) {
      const own = sql.join(columns.map((column) => sql.ref(column)));
      const { rows } = await sql<{ bucket: string; grain: string; counted: string; logged: string }>`/* fsck */
        select grain, bucket, sum(counted) as counted, sum(logged) as logged from (
          select grain, bucket, ${own}, count as counted, 0 as logged from ${sql.table(table)}
          union all
          select g.grain, date_trunc(g.grain, e.created_at, 'UTC'), ${own}, 0, count(*)
          from platform_audit_log e, unnest(${[...grainsOf(rollup)]}::text[]) as g (grain)
          where e.xid < (select xid from audit_counts_progress) group by 1, 2, ${own}
        ) c
        group by grain, bucket, ${own} having sum(counted) <> sum(logged) order by grain, bucket`.execute(db);
      return rows.map(({ grain, bucket, counted, logged }) => `The ${grain} of ${bucket} counts ${counted} where the trail has ${logged}.`);
    },
  };
}

export const rollupChecks: readonly Check[] = rollups.map(agreesWithLog);
