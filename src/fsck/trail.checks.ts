import { sql } from 'kysely';
import type { Tx } from '../audit/entry.js';
import { columnNameOf } from '../db/columns.js';
import { Account } from './account.js';
import { atOneMoment, type Check, type Checked } from './check.js';
import { type State, toldOf } from './told.js';
import { type Versioned, versioned } from './versioned.js';

/** Objects that are read at once. */
const pageSize = 1_000;

interface LiveObject {
  readonly place: string;
  readonly id: string;
  readonly version: number;
  readonly row: State;
  /** Whether it is no older than the oldest entry that is kept: retention may have dropped what was told of older ones. */
  readonly isCovered: boolean;
}

/** Each version of an object has its entry, and what the last entry says is what the object is. */
function agreesWithTrail(kind: Versioned): Check {
  return {
    name: `Each ${kind.type} is what the trail says`,
    find: (checked) =>
      atOneMoment(checked.db, async (tx) => {
        const found: string[] = [];
        for (let page = await objectsAfter(tx, kind, '(0,0)'); page.length > 0; page = await objectsAfter(tx, kind, page.at(-1)?.place)) {
          found.push(...(await faultsOf(checked, tx, kind, page)));
        }
        return found;
      }),
  };
}

/** In the order in which they are stored: one snapshot sees each row at one place. */
async function objectsAfter(tx: Tx, { from, id, row }: Versioned, place: string | undefined): Promise<LiveObject[]> {
  const { rows } = await sql<LiveObject>`/* fsck */ select t.ctid::text as place, ${id} as id, t.version, ${row} as row,
      t.created_at >= (select min(created_at) from platform_audit_log) as "isCovered"
    from ${from} where t.ctid > ${place}::tid order by t.ctid limit ${pageSize}`.execute(tx);
  return rows;
}

async function faultsOf(checked: Checked, tx: Tx, kind: Versioned, objects: readonly LiveObject[]): Promise<string[]> {
  const accounts = new Map(objects.map((object) => [object.id, new Account(kind, object.isCovered)]));
  for await (const told of toldOf(checked, tx, kind, [...accounts.keys()])) accounts.get(told.objectId)?.add(told);
  return objects.flatMap((object) => {
    const account = accounts.get(object.id);
    return account ? [...faults(kind, object, account)].map((fault) => `The ${kind.type} ${object.id} ${fault}`) : [];
  });
}

function* faults(kind: Versioned, { version, row }: LiveObject, account: Account): Generator<string> {
  const { lost, last, isWhole } = account;
  for (const entryId of lost) yield `has lost the states of its entry ${entryId}.`;
  if (last && last.version > version) yield `is at version ${version}, and the trail tells of version ${last.version}.`;
  if (kind.isCounted && isWhole) yield* countFaults(version, account);
  if (last && (kind.isCounted ? isWhole : last.version === version)) {
    for (const field of differences(kind, last, row)) yield `has another ${field} than its last entry says.`;
  }
}

/** Each version after the first has one entry, which keeps the state or is of a kind that keeps none. */
function* countFaults(version: number, account: Account) {
  if (account.versions.size < account.states) yield `has two entries for one version.`;
  const untold = account.untold(version);
  if (untold > 0) yield `is at version ${version}, and ${untold} of its changes ${untold === 1 ? 'has' : 'have'} no entry.`;
}

function differences({ foreign = [] }: Versioned, state: State, row: State): string[] {
  return Object.keys(state).filter((field) => {
    const column = columnNameOf(field);
    if (field === 'version' || foreign.includes(field) || !(column in row)) return false;
    // An org is opened when its schema is there, which is the end of its creation and no change of its own.
    if (field === 'status' && (row.status === 'migrating' || state.status === 'migrating')) return false;
    return comparable(state[field]) !== comparable(row[column]);
  });
}

/** Both come from jsonb, whose keys are in one order; a moment is written in two ways. */
function comparable(value: unknown): string {
  return typeof value === 'string' ? value.replace(/\+00:00$/, 'Z') : JSON.stringify(value);
}

/** Tables whose rows are each made by an action of the API, and when. */
const made: readonly { table: string; type: readonly string[]; actions: readonly string[]; at?: string }[] = [
  { table: 'orgs', type: ['org'], actions: ['org.create'] },
  { table: 'users', type: ['user', 'admin'], actions: ['user.create', 'admin.create'] },
  { table: 'groups', type: ['group'], actions: ['group.create'] },
  { table: 'partners', type: ['partner'], actions: ['partner.create'] },
  { table: 'shards', type: ['shard'], actions: ['shard.create'] },
  { table: 'workspaces', type: ['workspace'], actions: ['workspace.create'] },
  { table: 'audit_views', type: ['audit_view'], actions: ['audit_view.create'] },
  { table: 'api_keys', type: ['api_key'], actions: ['api_key.create'] },
  { table: 'jobs', type: ['job'], actions: ['job.create'] },
  { table: 'sessions', type: ['session'], actions: ['session.start'] },
  { table: 'impersonation_sessions', type: ['impersonation'], actions: ['impersonation.start'], at: 'started_at' },
];

/** When the platform came to be. Demo data lies before: it plays a past, of which the trail tells in part. */
const beginning = sql`(select coalesce(
  (select min(created_at) from platform_audit_log where action = 'group.create' and actor_type = 'system'),
  (select min(created_at) from platform_audit_log)))`;

/** Whatever was made since the platform was has an entry that says so. */
function hasCreation({ table, type, actions, at = 'created_at' }: (typeof made)[number]): Check {
  return {
    name: `The trail tells of the making of all ${table}`,
    async find({ db }) {
      const { rows } = await sql<{ id: string }>`/* fsck */ select t.public_id as id from ${sql.table(table)} t
        where t.${sql.ref(at)} >= ${beginning}
          and not exists (select from platform_audit_log e where e.resource_type = any (${[...type]}::text[])
            and e.resource_id = t.public_id::text and e.action = any (${[...actions]}::text[]) and e.outcome = 'success')
        order by t.id`.execute(db);
      return rows.map(({ id }) => `No entry tells of the making of ${id} in ${table}.`);
    },
  };
}

/**
 * What the trail tells of as made, and not as removed since, is there. What went with its org is left out: one entry tells of all of that.
 * What can return is there where it was made more often than removed, since two transactions that wait for each other bear times of no order; but a
 * removal that lies before all that is told of making it is of one whose making was dropped.
 */
function isStillThere({ type, from, id, entryTypes, creations, removals = [], canReturn }: Versioned): Check {
  const isMade = sql`(e.action = any (${[...creations]}::text[]) and e.outcome = 'success')`;
  // What was made and could not be finished is told of as the failure of its making.
  const isRemoved = sql`(e.action = any (${[...removals]}::text[]) or (e.action = any (${[...creations]}::text[]) and e.outcome = 'failed'))`;
  const orgIsThere = type === 'org' ? sql`true` : sql`(e.org_id is null or exists (select from orgs o where o.public_id = e.org_id))`;
  const isThere = canReturn
    ? sql`count(*) filter (where is_made) > count(*) filter (where is_removed and at > first_made - interval '1 minute')`
    : sql`bool_or(is_made) and not bool_or(is_removed)`;
  const firstMade = canReturn ? sql`min(e.created_at) filter (where ${isMade}) over (partition by e.resource_id)` : sql`null::timestamptz`;
  return {
    name: `Each ${type} that the trail tells of is there`,
    async find({ db }) {
      const { rows } = await sql<{ id: string }>`/* fsck */ select resource_id as id from (
          select e.resource_id, e.created_at as at, ${isMade} as is_made, ${isRemoved} as is_removed, ${firstMade} as first_made
          from platform_audit_log e
          where e.resource_type = any (${[...entryTypes]}::text[]) and (${isMade} or ${isRemoved}) and ${orgIsThere}
            and not exists (select from ${from} where ${id} = e.resource_id)
        ) told group by resource_id having ${isThere} order by resource_id`.execute(db);
      return rows.map((row) => `The ${type} ${row.id} is gone, and no entry tells of its removal.`);
    },
  };
}

/** Moments of what has no version, each the time of a transaction that left an entry. */
const moments: readonly { table: string; at: string; what: string }[] = [
  { table: 'users', at: 'deleted_at', what: 'deleted' },
  { table: 'api_keys', at: 'revoked_at', what: 'revoked' },
  { table: 'group_assignments', at: 'assigned_at', what: 'assigned' },
  { table: 'org_access', at: 'granted_at', what: 'granted' },
  { table: 'identities', at: 'created_at', what: 'linked' },
  { table: 'sessions', at: 'ended_at', what: 'ended' },
  { table: 'impersonation_sessions', at: 'ended_at', what: 'ended' },
  { table: 'jobs', at: 'completed_at', what: 'ended' },
];

/** The times of a transaction's rows and of its entries are one, to the microsecond. */
function hasEntryOfItsMoment({ table, at, what }: (typeof moments)[number]): Check {
  return {
    name: `The trail tells of what was ${what} in ${table}`,
    async find({ db }) {
      const { rows } = await sql<{ id: string }>`/* fsck */ select t.public_id as id from ${sql.table(table)} t
        where t.${sql.ref(at)} >= ${beginning} and not exists (select from platform_audit_log e where e.created_at = t.${sql.ref(at)})
        order by t.id`.execute(db);
      return rows.map(({ id }) => `No entry tells of how ${id} in ${table} was ${what}.`);
    },
  };
}

export const trailChecks: readonly Check[] = [
  ...versioned.map(agreesWithTrail),
  ...made.map(hasCreation),
  ...versioned.filter(({ creations }) => creations.length > 0).map(isStillThere),
  ...moments.map(hasEntryOfItsMoment),
];
