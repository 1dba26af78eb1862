import { once } from 'node:events';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { v7 as uuidv7 } from 'uuid';
import { choicesFrom, seededRandom } from '../../../src/demo/random.js';

/** What generated entries are like. */
export interface EntriesOptions {
  readonly entries: number;
  /** Days up to now over which they lie. */
  readonly days: number;
  /** Entries of one transaction. */
  readonly batch: number;
  readonly seed: number;
}

/** What a generated trail is like. */
export interface TrailOptions extends EntriesOptions {
  readonly orgs: number;
  readonly users: number;
}

export const defaultTrail: TrailOptions = { entries: 1_000_000, days: 730, orgs: 500, users: 5_000, batch: 50_000, seed: 20_260_101 };

const dayMs = 86_400_000;

/** From the most frequent to the rarest. */
const actions = [
  'session.login',
  'org.update',
  'user.update',
  'membership.create',
  'session.logout',
  'user.update_preferences',
  'workspace_member.create',
  'workspace.update',
  'session.refresh',
  'user.create',
  'membership.remove',
  'workspace.create',
  'api_key.create',
  'impersonation.start',
  'impersonation.end',
  'group.update',
  'admin.assign_group',
  'admin.unassign_group',
  'org.create',
  'api_key.revoke',
  'org.suspend',
  'org.resume',
  'partner.update',
  'user.deactivate',
  'user.reactivate',
  'settings.update',
  'shard.update',
  'group.create',
  'partner.create',
  'org.delete',
] as const;

const fields = ['name', 'status', 'email', 'billingEmail', 'maxLocations', 'displayName', 'permissions', 'expiresAt'] as const;

/** A user or an org, by public id. */
export interface Named {
  readonly id: string;
  readonly name: string;
}

/** Who acts, and where: the first of each by far the most often. */
export interface People {
  readonly users: readonly Named[];
  readonly orgs: readonly Named[];
}

/** Ids that are the same for the same seed: the users are in the table, so that searches by name find them. */
async function makePeople(client: pg.PoolClient, { users, orgs, seed }: TrailOptions): Promise<People> {
  const random = seededRandom(seed);
  const bytes = () => Uint8Array.from({ length: 16 }, () => Math.floor(random() * 256));
  const named = (count: number, name: string): Named[] =>
    Array.from({ length: count }, (_, i) => ({ id: uuidv7({ msecs: 1_700_000_000_000 + i, random: bytes() }), name: `${name} ${i + 1}` }));
  const people = { users: named(users, 'User'), orgs: named(orgs, 'Org') };
  const ids = people.users.map(({ id }) => id);
  const names = people.users.map(({ name }) => name);
  await client.query(
    `insert into users (public_id, email, username, display_name)
      select id::uuid, replace(lower(name), ' ', '.') || '@bench.example', replace(lower(name), ' ', '.'), name
      from unnest($1::text[], $2::text[]) as u (id, name) on conflict do nothing`,
    [ids, names],
  );
  return people;
}

const columns =
  'id, created_at, action, outcome, resource_type, resource_id, resource_display_id, changed_fields, actor_type, actor_id, actor_display_name, org_id, org_name, ip_address, trace_id';

/**
 * Makes people, and fills the trail with what they did. The same options make the same entries, but for the times, which end now.
 * @returns the seconds that it took
 */
export async function generateTrail(pool: pg.Pool, options: TrailOptions = defaultTrail): Promise<number> {
  const begun = performance.now();
  const client = await pool.connect();
  try {
    await fillTrail(client, await makePeople(client, options), options);
    await client.query('analyze platform_audit_log');
  } finally {
    client.release();
  }
  return (performance.now() - begun) / 1_000;
}

/** Fills the trail with entries whose actors, orgs and actions are as unevenly frequent as real ones, in the order of their times, by COPY. */
export async function fillTrail(client: pg.ClientBase, people: People, options: EntriesOptions): Promise<void> {
  const now = Date.now();
  await client.query('select make_audit_partitions($1::date, current_date)', [new Date(now - options.days * dayMs).toISOString()]);
  const line = lineMaker(people, options, now);
  const { rows: indexes } = await client.query<{ definition: string }>(
    `select pg_get_indexdef('platform_audit_log_search'::regclass) as definition`,
  );
  // Made at the end: an index of texts is built many times faster than it grows.
  await client.query('drop index platform_audit_log_search');
  for (let first = 0; first < options.entries; first += options.batch) {
    const stream = client.query(copyFrom(`copy platform_audit_log (${columns}) from stdin`));
    const done = once(stream, 'finish');
    const last = Math.min(first + options.batch, options.entries);
    for (let i = first; i < last; i += linesAtOnce) {
      const lines = Array.from({ length: Math.min(linesAtOnce, last - i) }, (_, j) => line(i + j));
      if (!stream.write(lines.join(''))) await once(stream, 'drain');
    }
    stream.end();
    await done;
  }
  await client.query("set maintenance_work_mem = '256MB'");
  // As it is told, the definition is of the parent alone, and its partitions would have none.
  for (const { definition } of indexes) await client.query(definition.replace(' ON ONLY ', ' ON '));
  await client.query('reset maintenance_work_mem');
}

const linesAtOnce = 1_000;

/** One entry as a line of COPY's text format. None of its texts needs to be escaped. */
function lineMaker({ users, orgs }: People, options: EntriesOptions, now: number) {
  const random = seededRandom(options.seed);
  const choose = choicesFrom(options.seed + 1);
  // The first of a list is by far the most frequent.
  const skewed = <T>(values: readonly T[], steepness: number): T | undefined => values[Math.floor(values.length * random() ** steepness)];
  const step = (options.days * dayMs) / options.entries;
  const start = now - options.days * dayMs;
  return (i: number): string => {
    const at = start + i * step + random() * step;
    const action = skewed(actions, 3) ?? actions[0];
    const type = action.split('.')[0] ?? action;
    const user = skewed(users, 3);
    const org = choose.chance(0.8) ? skewed(orgs, 2.5) : undefined;
    const number = choose.below(100_000);
    const outcome = choose.chance(0.97) ? 'success' : choose.chance(0.7) ? 'denied' : 'failed';
    return `${[
      uuidv7({ msecs: Math.floor(at) }),
      `${new Date(at).toISOString().slice(0, 23)}${String(choose.below(1_000)).padStart(3, '0')}Z`,
      action,
      outcome,
      type,
      `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`,
      `${type}-${number.toString(36)}`,
      `{${choose.oneOf(fields)}}`,
      'user',
      user?.id,
      user?.name,
      org?.id ?? '\\N',
      org?.name ?? '\\N',
      `10.${choose.below(256)}.${choose.below(256)}.1`,
      // One trace each, which is what a request leaves.
      Math.floor(random() * 2 ** 48)
        .toString(16)
        .padStart(32, '0'),
    ].join('\t')}\n`;
  };
}
