import { sql } from 'kysely';
import { dayRows, entriesByDay } from '../audit/counts/dayCounts.js';
import { bucketOfEntry, grainsOf, type Rollup, rollups } from '../audit/counts/rollups.js';
import type { Check } from './check.js';

/** The counts of one table against the entries that count as counted, in one statement and so at one moment. */
function agreesWithLog(rollup: Rollup): Check {
  const { table, columns } = rollup;
  return {
    name: `The counts in ${table} are those of the trail`,
    async find({ db }) {
      const own = sql.join(columns.map((column) => sql.ref(column)));
      const { rows } = await sql<{ bucket: string; grain: string; counted: string; logged: string }>`/* fsck */
        select grain, bucket::text as bucket, sum(counted) as counted, sum(logged) as logged from (
          select grain, bucket, ${own}, count as counted, 0 as logged from ${sql.table(table)}
          union all
          select g.grain, ${bucketOfEntry}, ${own}, 0, count(*)
          from platform_audit_log e, unnest(${[...grainsOf(rollup)]}::text[]) as g (grain)
          where e.xid < (select xid from audit_counts_progress) group by 1, 2, ${own}
        ) c
        group by grain, bucket, ${own} having sum(counted) <> sum(logged) order by grain, bucket`.execute(db);
      return rows.map(({ grain, bucket, counted, logged }) => {
        const when = grain === 'ever' ? 'All time' : `The ${grain} of ${bucket}`;
        return `${when} counts ${counted} where the trail has ${logged}.`;
      });
    },
  };
}

/** The days that stand side by side in one row. */
const daysAgreeWithLog: Check = {
  name: 'The counts in audit_counts_by_day are those of the trail',
  async find({ db }) {
    const logged = dayRows(entriesByDay(sql`e.xid < (select xid from audit_counts_progress)`));
    const { rows } = await sql<{ by: string; value: string; month: string; hours: number }>`/* fsck */
      select by, value, month::text as month, hours from audit_counts_by_day c full join ${logged} l using (by, value, month, hours)
      where c.counts is distinct from l.counts order by month, by, value, hours`.execute(db);
    return rows.map(
      ({ by, value, month, hours }) =>
        `The month of ${month} counts the first ${hours} hours of its days otherwise than the trail, by ${by}${value ? ` (${value})` : ''}.`,
    );
  },
};

export const rollupChecks: readonly Check[] = [...rollups.map(agreesWithLog), daysAgreeWithLog];
