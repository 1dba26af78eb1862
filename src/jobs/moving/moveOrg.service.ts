import { v7 as uuidv7 } from 'uuid';
import { change } from '../../audit/change.js';
import type { Tx } from '../../audit/entry.js';
import { actorOf, type Context } from '../../context.js';
import type { RowOf } from '../../db/shape.js';
import { Conflict, Invalid, NotFound } from '../../errors.js';
import { merged, type Selection } from '../../graphql/selection.js';
import { lockOrg } from '../../orgs/orgs.service.js';
import { takeSlot } from '../../tenancy/chooseShard.js';
import { placementOf } from '../../tenancy/placement.js';
import { addressOf } from '../../tenancy/shardAddress.js';
import { JobKind } from '../job.enums.js';
import { jobEntry, jobSnapshot, readJob } from '../jobs.service.js';
import type { Job } from '../jobs.types.js';
import { areOneDatabase } from './oneDatabase.js';

/**
 * Queues a job that moves an org to another shard. Until it ends the org is `migrating`, open to its members, and holds a slot on both
 * shards.
 * @throws NotFound
 * @throws Conflict where the org is not active, where a job of it is open, or the shard has no free slot
 * @throws Invalid where the org lives on that shard
 * @throws Unavailable where one of the shards does not answer
 */
export async function moveOrg(ctx: Context, orgId: string, shardId: string, selection: Selection): Promise<RowOf<Job>> {
  const { target, from } = await route(ctx, orgId, shardId);
  return change(ctx, async ({ tx, record }) => {
    const before = await lockOrg(tx, orgId);
    if (before.status !== 'active')
      throw new Conflict(`The org is ${before.status}: only an active one is moved.`, { status: before.status });
    await requireNoOpenJob(tx, before.key);
    await takeSlot(tx, target);
    const { shard_id: fromKey, schema_name: schema } = await tx
      .updateTable('orgs')
      .set((eb) => ({ status: 'migrating', version: eb('version', '+', 1) }))
      .where('id', '=', before.key)
      .returning(['shard_id', 'schema_name'])
      .executeTakeFirstOrThrow();
    if (fromKey !== from) throw new Conflict('The org has just been moved.');
    const id = uuidv7();
    const { id: jobKey } = await tx
      .insertInto('jobs')
      .values({
        public_id: id,
        kind: JobKind.ORG_MOVE,
        org_id: before.key,
        payload: JSON.stringify({ shardId }),
        requested_by: actorOf(ctx).key,
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    await tx.insertInto('org_moves').values({ org_id: before.key, job_id: jobKey, from_shard_id: fromKey, to_shard_id: target }).execute();
    // What an earlier move left there is replaced by this one, and is dropped by nobody else.
    await tx.deleteFrom('abandoned_schemas').where('shard_id', '=', target).where('schema_name', '=', schema).execute();
    const org = { key: before.key, id: orgId, name: before.name ?? orgId };
    const job = await readJob(tx, id, merged(jobSnapshot, selection));
    await record({ action: 'job.create', ...jobEntry(id, JobKind.ORG_MOVE, org), after: job });
    const resource = { type: 'org', id: orgId, displayId: before.slug ?? orgId };
    await record({ action: 'org.move_start', resource, org, before, after: await lockOrg(tx, orgId) });
    return job;
  });
}

/** The internal keys of the shards between which an org would move. */
async function route(ctx: Context, orgId: string, shardId: string): Promise<{ from: string; target: string }> {
  const org = await ctx.db.selectFrom('orgs').select('id').where('public_id', '=', orgId).executeTakeFirst();
  const placement = org && (await placementOf(ctx.db, org.id));
  if (!placement) throw new NotFound('org', orgId);
  const shard = await ctx.db
    .selectFrom('shards')
    .select(['id', 'public_id', 'dsn_ciphertext', 'dsn_key_version'])
    .where('public_id', '=', shardId)
    .executeTakeFirst();
  if (!shard) throw new NotFound('shard', shardId);
  if (shard.id === placement.shard.key) throw Invalid.field(['shardId'], 'The org lives on this shard already.');
  if (await areOneDatabase(ctx.shardPools, placement.shard, addressOf(shard))) {
    throw Invalid.field(['shardId'], 'This shard is the same database as the one that the org lives on.');
  }
  return { from: placement.shard.key, target: shard.id };
}

async function requireNoOpenJob(tx: Tx, orgKey: string): Promise<void> {
  const open = await tx
    .selectFrom('jobs')
    .select(['public_id', 'status'])
    .where('org_id', '=', orgKey)
    .where('status', 'in', ['queued', 'running'])
    .executeTakeFirst();
  if (open) throw new Conflict(`A job of this org is ${open.status}: ${open.public_id}.`, { jobId: open.public_id, status: open.status });
}
