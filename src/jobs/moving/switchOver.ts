import { type Kysely, sql } from 'kysely';
import pg from 'pg';
import { recordEntry } from '../../audit/record.js';
import type { DB } from '../../db/types.generated.js';
import { lockOrg } from '../../orgs/orgs.service.js';
import { freezeSchema } from '../../tenancy/freeze.js';
import type { DutyContext } from '../../worker/duty.js';
import type { HeldJob } from '../queue/heldJob.js';
import { requireHeld } from '../queue/hold.js';
import type { Move } from './move.js';

/** Days for which the copy that an org has left is kept. */
const keptDays = 7;

/**
 * Refuses writes to the original from here on. That they are is noted before the first of them can be, and stays noted unless the
 * shard says that nothing came of it.
 */
export async function freeze({ db, shardPools }: DutyContext, job: HeldJob, { from, schema }: Move): Promise<void> {
  const { numAffectedRows: noted } = await sql`/* move freezes */ update org_moves set frozen_at = clock_timestamp()
    where job_id = ${job.key} and frozen_at is null`.execute(db);
  try {
    await shardPools.use(from, (shard) => freezeSchema(shard, schema, () => requireHeld(db, job)));
  } catch (error) {
    if (noted === 1n && error instanceof pg.DatabaseError) {
      await sql`/* move does not freeze */ update org_moves set frozen_at = null where job_id = ${job.key}`.execute(db);
    }
    throw error;
  }
}

const system = { actor: null, origin: { traceId: '0'.repeat(32), ipAddress: null, userAgent: null } };

/** The one transaction by which the copy comes to be in charge. The original stays frozen, and is dropped after some days. */
export async function switchOver(db: Kysely<DB>, job: HeldJob, { from, to, schema }: Move, statistics: object): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const before = await lockOrg(tx, job.org.id);
    await requireHeld(tx, job);
    const { rows } = await sql<{ refused_ms: number; kept_until: string }>`/* end of move */ delete from org_moves where job_id = ${job.key}
      returning round(extract(epoch from clock_timestamp() - frozen_at) * 1000)::int as refused_ms,
        now() + ${keptDays} * interval '1 day' as kept_until`.execute(tx);
    const [ended] = rows;
    if (!ended) throw new Error('A move was gone before its switch.');
    await sql`/* switch placement */ update orgs set shard_id = ${to.key}, status = 'active', version = version + 1, updated_at = now()
      where id = ${job.org.key}`.execute(tx);
    await sql`/* keep old copy */ insert into abandoned_schemas (shard_id, schema_name, try_at)
      values (${from.key}, ${schema}, ${ended.kept_until})`.execute(tx);
    const result = { ...statistics, writesRefusedMs: ended.refused_ms, oldCopyKeptUntil: ended.kept_until };
    await sql`/* result of move */ update jobs set statistics = ${JSON.stringify(result)}::jsonb where id = ${job.key}`.execute(tx);
    const resource = { type: 'org', id: job.org.id, displayId: before.slug ?? job.org.id };
    await recordEntry(tx, system, { action: 'org.move', resource, org: job.org, before, after: await lockOrg(tx, job.org.id) });
  });
}
