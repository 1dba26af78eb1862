import { sql } from 'kysely';
import { recordEntry } from '../../audit/record.js';
import { lockOrg } from '../../orgs/orgs.service.js';
import { thawSchema } from '../../tenancy/freeze.js';
import { placementOf } from '../../tenancy/placement.js';
import type { Duty, DutyContext } from '../../worker/duty.js';

const system = { actor: null, origin: { traceId: '0'.repeat(32), ipAddress: null, userAgent: null } };

/** Takes moves back whose job was cancelled or given up: the org is written to where it is, and what there is of a copy is dropped. */
export const undoMoves: Duty = {
  name: 'moves to undo',
  every: 1_000,
  run: undoOne,
};

interface Ended {
  readonly orgKey: string;
  readonly orgId: string;
  readonly name: string;
}

/** The row of the move is locked all the while, so that no other move of the org begins before it is written to again. */
async function undoOne({ db, shardPools }: DutyContext): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    const { rows } = await sql<Ended>`/* move to undo */ select o.id as "orgKey", o.public_id as "orgId", o.name
      from org_moves m join jobs j on j.id = m.job_id join orgs o on o.id = m.org_id
      where j.status in ('failed', 'cancelled') limit 1 for update of m skip locked`.execute(tx);
    const [ended] = rows;
    if (!ended) return false;
    const placement = await placementOf(tx, ended.orgKey);
    if (!placement) return false;
    await shardPools.use(placement.shard, (shard) => thawSchema(shard, placement.schema));
    const before = await lockOrg(tx, ended.orgId);
    await sql`/* undo move */ with undone as (delete from org_moves where org_id = ${ended.orgKey} returning to_shard_id, is_begun)
      insert into abandoned_schemas (shard_id, schema_name) select to_shard_id, ${placement.schema} from undone where is_begun`.execute(tx);
    await sql`/* end of move */ update orgs set status = 'active', version = version + 1, updated_at = now()
      where id = ${ended.orgKey} and status = 'migrating'`.execute(tx);
    await recordEntry(tx, system, {
      action: 'org.move_failed',
      outcome: 'failed',
      resource: { type: 'org', id: ended.orgId, displayId: before.slug ?? ended.orgId },
      org: { key: ended.orgKey, id: ended.orgId, name: ended.name },
      before,
      after: await lockOrg(tx, ended.orgId),
    });
    return true;
  });
}
