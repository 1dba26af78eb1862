import { sql } from 'kysely';
import { NotFound, Unavailable } from '../../errors.js';
import { asDomainError } from '../../failure.js';
import { inTenant } from '../../tenancy/tenant.js';
import type { Duty, DutyContext } from '../../worker/duty.js';

/** Snapshots that are delivered in one transaction of a tenant. */
const batch = 200;
/** Shards that are served side by side, so that one which is slow delays its own orgs only. */
const parallel = 4;

interface Addressee {
  readonly orgKey: string;
  /** Null where the org is no more. */
  readonly shardKey: string | null;
}

/**
 * Brings what entries keep of an org's objects from the outbox to the org's own schema. Each arrives once: it is known there by its entry,
 * and leaves the outbox only after it has arrived. A shard that does not answer delays its own.
 */
export const deliverSnapshots: Duty = {
  name: 'audit snapshots',
  every: 1_000,
  async run(ctx) {
    const shards = byShard(await addressees(ctx));
    let hasMore = false;
    async function serve(): Promise<void> {
      for (let orgs = shards.pop(); orgs; orgs = shards.pop()) {
        for (const org of orgs) {
          if (ctx.signal.aborted) return;
          hasMore = (await deliver(ctx, org)) || hasMore;
        }
      }
    }
    await Promise.all(Array.from({ length: parallel }, serve));
    return hasMore && !ctx.signal.aborted;
  },
};

function byShard(all: readonly Addressee[]): Addressee[][] {
  const shards = new Map<string | null, Addressee[]>();
  for (const addressee of all) {
    const known = shards.get(addressee.shardKey);
    if (known) known.push(addressee);
    else shards.set(addressee.shardKey, [addressee]);
  }
  return [...shards.values()];
}

async function addressees({ db }: DutyContext): Promise<Addressee[]> {
  const { rows } = await sql<Addressee>`/* outbox addressees */ select w.org_id as "orgKey", o.shard_id as "shardKey"
    from (select distinct org_id from audit_outbox) w left join orgs o on o.id = w.org_id`.execute(db);
  return rows;
}

/** @returns whether the org's next batch can follow at once */
async function deliver(ctx: DutyContext, { orgKey }: Addressee): Promise<boolean> {
  const snapshots = await ctx.db
    .selectFrom('audit_outbox')
    .select(['id', 'entry_id', 'before', 'after', 'created_at'])
    .where('org_id', '=', orgKey)
    .orderBy('id')
    .limit(batch)
    .execute();
  if (snapshots.length === 0) return false;
  try {
    await inTenant(ctx, orgKey, (tx) =>
      sql`/* deliver snapshots */ insert into audit_log (entry_id, before, after, created_at)
      select entry_id, before, after, created_at from json_to_recordset(${JSON.stringify(snapshots)}::json)
        as s (entry_id uuid, before jsonb, after jsonb, created_at timestamptz)
      on conflict (entry_id) do nothing`.execute(tx),
    );
  } catch (error) {
    // An org that is no more has nobody to deliver to.
    if (!(error instanceof NotFound)) {
      if (!(asDomainError(error) instanceof Unavailable))
        ctx.log.error({ err: error, org: orgKey }, 'audit snapshots could not be delivered');
      return false;
    }
  }
  const ids = snapshots.map(({ id }) => id);
  await sql`/* delivered snapshots */ delete from audit_outbox where id = any (${ids}::bigint[])`.execute(ctx.db);
  return snapshots.length === batch;
}
