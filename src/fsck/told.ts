import { sql } from 'kysely';
import type { Tx } from '../audit/entry.js';
import { inTenant } from '../tenancy/tenant.js';
import type { Checked } from './check.js';
import type { Versioned } from './versioned.js';

export type State = Readonly<Record<string, unknown>>;

/** One successful change as the trail tells of it. */
export interface Told {
  readonly entryId: string;
  readonly objectId: string;
  readonly action: string;
  /**
   * Whether it is of the first minute of the oldest month that is kept. Of two transactions that wait for each other the one that ended later may
   * have begun before, and its entry then was dropped with the month before.
   */
  readonly isEarly: boolean;
  /** What the object was after it; null where the entry keeps no state. */
  readonly after: State | null;
  /** Whether the states are kept where nobody can read them now: their org is gone, or its shard does not answer. */
  readonly isOutOfReach: boolean;
  /** Whether the entry has states by its digest and they are in none of the places where they could be. */
  readonly isLost: boolean;
}

interface EntryRow {
  readonly entryId: string;
  readonly objectId: string;
  readonly action: string;
  readonly isEarly: boolean;
  readonly orgId: string | null;
  readonly orgKey: string | null;
  readonly hasStates: boolean;
  readonly isHere: boolean;
  readonly after: State | null;
}

/** Entries that are in memory at once: one object may have a million. In the text, since FETCH takes no parameters. */
const atOnce = 2_000;

/** What the trail tells of these objects, the oldest first. The states of orgs are read from the orgs' own schemas. */
export async function* toldOf(checked: Checked, tx: Tx, { entryTypes }: Versioned, ids: readonly string[]): AsyncGenerator<Told> {
  // The ids come by a subquery, so that they are looked up: knowing how many there are, PostgreSQL would read the whole trail for each page of objects.
  await sql`/* fsck */ declare told no scroll cursor for
    select e.id as "entryId", e.resource_id as "objectId", e.action, e.org_id as "orgId",
      e.created_at < date_trunc('month', (select min(created_at) from platform_audit_log), 'UTC') + interval '1 minute' as "isEarly",
      o.id as "orgKey", e.snapshot_digest is not null as "hasStates", coalesce(s.entry_id, w.entry_id) is not null as "isHere",
      coalesce(s.after, w.after) as after
    from platform_audit_log e left join orgs o on o.public_id = e.org_id
      left join audit_snapshots s on s.entry_id = e.id left join audit_outbox w on w.entry_id = e.id
    where e.resource_type = any (${entryTypes}::text[]) and e.resource_id = any (array(select unnest(${ids}::text[]))) and e.outcome = 'success'
    order by e.id`.execute(tx);
  for (;;) {
    const { rows } = await sql<EntryRow>`fetch ${sql.lit(atOnce)} from told`.execute(tx);
    if (rows.length === 0) break;
    const delivered = await statesInOrgs(
      checked,
      rows.filter(({ isHere, orgId }) => !isHere && orgId !== null),
    );
    for (const row of rows) yield toldBy(row, delivered);
  }
  await sql`close told`.execute(tx);
}

function toldBy({ entryId, objectId, action, isEarly, orgId, orgKey, hasStates, isHere, after }: EntryRow, delivered: Delivered): Told {
  const known = { entryId, objectId, action, isEarly };
  if (isHere) return { ...known, after, isOutOfReach: false, isLost: false };
  if (orgId === null) return { ...known, after: null, isOutOfReach: false, isLost: hasStates };
  const states = orgKey === null ? undefined : delivered.get(orgKey);
  if (!states) return { ...known, after: null, isOutOfReach: true, isLost: false };
  const state = states.get(entryId);
  return { ...known, after: state ?? null, isOutOfReach: false, isLost: hasStates && state === undefined };
}

/** States by entry, by the org's key; an org that does not answer is missing. */
type Delivered = ReadonlyMap<string, ReadonlyMap<string, State | null>>;

/** Orgs that are asked side by side. */
const parallel = 8;

async function statesInOrgs(checked: Checked, entries: readonly EntryRow[]): Promise<Delivered> {
  const wanted = new Map<string, string[]>();
  for (const { orgKey, entryId } of entries) {
    if (orgKey === null) continue;
    const ids = wanted.get(orgKey);
    if (ids) ids.push(entryId);
    else wanted.set(orgKey, [entryId]);
  }
  const delivered = new Map<string, ReadonlyMap<string, State | null>>();
  const orgs = [...wanted];
  async function work(): Promise<void> {
    for (let org = orgs.pop(); org; org = orgs.pop()) {
      const states = await statesIn(checked, ...org);
      if (states) delivered.set(org[0], states);
    }
  }
  await Promise.all(Array.from({ length: parallel }, work));
  return delivered;
}

/** Undefined where the org does not answer, which is another check's finding. */
async function statesIn(checked: Checked, orgKey: string, ids: readonly string[]): Promise<Map<string, State | null> | undefined> {
  try {
    const { rows } = await inTenant(checked, orgKey, (tx) =>
      sql<{ id: string; after: State | null }>`/* fsck */ select entry_id as id, after from audit_log
        where entry_id = any (${ids}::uuid[])`.execute(tx),
    );
    return new Map(rows.map(({ id, after }) => [id, after]));
  } catch {
    return undefined;
  }
}
