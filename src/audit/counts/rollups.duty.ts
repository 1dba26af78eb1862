import { sql } from 'kysely';
import type { Duty } from '../../worker/duty.js';
import type { Tx } from '../entry.js';
import { countIntoDays, type XidRange } from './dayCounts.js';
import { bucketOfEntry, grainsOf, type Rollup, rollups } from './rollups.js';

const second = 1_000;
/** Entries of one run, but for a transaction that wrote more: it is counted as a whole. */
const batchSize = 20_000;

/**
 * Counts the entries of the trail by hour, day and month, and of all time. It follows the transaction ids and not the times: it counts whatever is below the
 * oldest transaction that may still write, so that an entry which commits late is not missed, and keeps how far it came in the same
 * transaction as the counts, so that none is counted twice, wherever it is stopped.
 */
export const auditRollups: Duty = {
  name: 'audit rollups',
  every: 5 * second,
  run({ db }) {
    return db.transaction().execute(async (tx) => {
      const batch = await nextBatch(tx);
      if (!batch) return false;
      for (const rollup of rollups) await count(tx, rollup, batch);
      await countIntoDays(tx, batch);
      await sql`/* audit rollups */ update audit_counts_progress set xid = ${batch.end}::xid8, days_xid = ${batch.end}::xid8`.execute(tx);
      return batch.hasMore;
    });
  },
};

interface Batch extends XidRange {
  readonly hasMore: boolean;
}

/** Undefined where another worker counts, or nothing is new. */
async function nextBatch(tx: Tx): Promise<Batch | undefined> {
  const progress = await sql<{ start: string; horizon: string }>`/* audit rollups */
    select xid as start, pg_snapshot_xmin(pg_current_snapshot()) as horizon from audit_counts_progress for update skip locked`.execute(tx);
  const [found] = progress.rows;
  if (!found || BigInt(found.horizon) <= BigInt(found.start)) return undefined;
  const { start, horizon } = found;
  const beyond = await sql<{ xid: string }>`/* audit rollups */ select e.xid from platform_audit_log e
    where e.xid >= ${start}::xid8 and e.xid < ${horizon}::xid8 order by e.xid offset ${batchSize} limit 1`.execute(tx);
  const full = beyond.rows[0]?.xid;
  if (full === undefined) return { start, end: horizon, hasMore: false };
  return { start, end: full === start ? String(BigInt(start) + 1n) : full, hasMore: true };
}

async function count(tx: Tx, rollup: Rollup, { start, end }: XidRange): Promise<void> {
  const { table, columns } = rollup;
  const own = sql.join(columns.map((column) => sql.ref(column)));
  // Ordered, so that rows are locked in the same order by whoever else changes them.
  await sql`/* audit rollups */ insert into ${sql.table(table)} as c (grain, bucket, ${own}, count)
    select g.grain, ${bucketOfEntry} as bucket, ${own}, count(*)
    from platform_audit_log e, unnest(${grainsOf(rollup)}::text[]) as g (grain)
    where e.xid >= ${start}::xid8 and e.xid < ${end}::xid8
    group by g.grain, bucket, ${own} order by g.grain, bucket, ${own}
    on conflict (grain, bucket, ${own}) do update set count = c.count + excluded.count`.execute(tx);
}
