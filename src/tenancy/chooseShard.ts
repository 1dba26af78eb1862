import { type RawBuilder, sql } from 'kysely';
import type { Tx } from '../audit/entry.js';
import { Conflict, Unavailable } from '../errors.js';

/** Serializes who takes a slot; an arbitrary number that nothing else uses. */
const lock = 7_265_304;

/**
 * Chooses the shard for an org: active, with a free slot, of the wanted region where one is wanted, and the least used of those. The slot
 * is free until the transaction ends, by when the org must be on the shard: others who choose wait.
 * @returns the shard's internal key
 * @throws Unavailable where there is none
 */
export async function chooseShard(tx: Tx, region: string | null | undefined): Promise<string> {
  const shard = await freeSlot(tx, region ? sql`s.region = ${region}` : sql`true`);
  if (!shard) {
    throw new Unavailable(region ? `No shard of the region ${region} has a free slot.` : 'No shard has a free slot.', 60);
  }
  return shard;
}

/**
 * Takes a slot on one shard, as `chooseShard` does.
 * @param shardKey internal
 * @throws Conflict where it has none, or takes no orgs
 */
export async function takeSlot(tx: Tx, shardKey: string): Promise<void> {
  if (await freeSlot(tx, sql`s.id = ${shardKey}`)) return;
  throw new Conflict('The shard has no free slot: it is full, inactive or archived.');
}

async function freeSlot(tx: Tx, wanted: RawBuilder<unknown>): Promise<string | undefined> {
  await sql`/* placement lock */ select pg_advisory_xact_lock(${lock})`.execute(tx);
  const { rows } = await sql<{ id: string }>`/* free slot */ select s.id from shards s
    cross join lateral (select (select count(*) from orgs o where o.shard_id = s.id)::int
      + (select count(*) from org_moves m where m.to_shard_id = s.id)::int as taken) o
    cross join lateral (select least(s.max_orgs, settings.max_orgs_per_shard) as slots from settings) l
    where s.is_active and s.archived_at is null and ${wanted} and o.taken < l.slots
    order by o.taken::float8 / l.slots, s.id limit 1`.execute(tx);
  return rows[0]?.id;
}
