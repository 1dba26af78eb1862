import { sql } from 'kysely';
import type { Tx } from '../audit/entry.js';
import { Unavailable } from '../errors.js';

/** Serializes who takes a slot; an arbitrary number that nothing else uses. */
const lock = 7_265_304;

/**
 * Chooses the shard for an org: active, with a free slot, of the wanted region where one is wanted, and the least used of those. The slot
 * is free until the transaction ends, by when the org must be on the shard: others who choose wait.
 * @returns the shard's internal key
 * @throws Unavailable where there is none
 */
export async function chooseShard(tx: Tx, region: string | null | undefined): Promise<string> {
  await sql`/* placement lock */ select pg_advisory_xact_lock(${lock})`.execute(tx);
  const wanted = region ? sql`s.region = ${region}` : sql`true`;
  const { rows } = await sql<{ id: string }>`/* free slot */ select s.id from shards s
    cross join lateral (select count(*)::int as taken from orgs o where o.shard_id = s.id) o
    cross join lateral (select least(s.max_orgs, settings.max_orgs_per_shard) as slots from settings) l
    where s.is_active and s.archived_at is null and ${wanted} and o.taken < l.slots
    order by o.taken::float8 / l.slots, s.id limit 1`.execute(tx);
  const [shard] = rows;
  if (!shard) {
    throw new Unavailable(region ? `No shard of the region ${region} has a free slot.` : 'No shard has a free slot.', 60);
  }
  return shard.id;
}
