import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { fillTrail, type Named } from '../audit/generator.js';

/** Rows of each kind. */
export interface DataSize {
  readonly users: number;
  readonly orgs: number;
  readonly workspaces: number;
  readonly memberships: number;
  readonly entries: number;
}

const fullSize: DataSize = { users: 50_000, orgs: 2_000, workspaces: 10_000, memberships: 200_000, entries: 1_000_000 };

/** @param scale 1 is the size of a mid-sized platform, which the published figures are for */
export function dataSize(scale: number): DataSize {
  const scaled = (count: number) => Math.max(100, Math.round(count * scale));
  const orgs = scaled(fullSize.orgs);
  return {
    orgs,
    users: scaled(fullSize.users),
    workspaces: scaled(fullSize.workspaces),
    // Each user is a member of as many orgs; none of them twice.
    memberships: Math.min(scaled(fullSize.memberships), scaled(fullSize.users) * orgs),
    entries: scaled(fullSize.entries),
  };
}

/** Ids that rise with the row, as UUIDs of version 7 do; the second group says of what. */
function idOf(kind: number, number: string): string {
  return `('01900000-000${kind}-7000-8000-' || lpad(to_hex(${number}), 12, '0'))::uuid`;
}

/** `array[number % length + 1]`, in SQL. */
function oneOf(values: readonly string[], number: string): string {
  return `(array[${values.map((value) => `'${value}'`).join(', ')}])[(${number}) % ${values.length} + 1]`;
}

const firstNames = [
  'Ada',
  'Ben',
  'Carla',
  'Dmitri',
  'Elif',
  'Farid',
  'Grace',
  'Hana',
  'Ivan',
  'Jun',
  'Kofi',
  'Lena',
  'Milo',
  'Nora',
  'Omar',
  'Pia',
];
const lastNames = [
  'Albright',
  'Baker',
  'Castillo',
  'Duarte',
  'Eriksen',
  'Fontaine',
  'Garcia',
  'Hoffmann',
  'Ito',
  'Jensen',
  'Keller',
  'Lindqvist',
  'Moreau',
];
const places = ['Harbor', 'Summit', 'Valley', 'Lakeside', 'Prairie', 'Cedar', 'Granite', 'Willow', 'Meadow', 'Orchard', 'Canyon'];
const trades = ['Clinic', 'Dental', 'Pediatrics', 'Cardiology', 'Imaging', 'Therapy', 'Eye Care'];

/** What is inserted at once: a transaction of this size is one batch of the worker that counts the entries. */
const entriesAtOnce = 20_000;

/**
 * Fills what the product has made ready, beside its demo data, until there is this much of everything. The orgs have no schemas of their
 * own: nothing that is measured reads one, and what is changed are the orgs of the demo data.
 */
export async function prepareData(client: pg.Client, size: DataSize): Promise<void> {
  await client.query(`
    insert into users (public_id, email, username, display_name, last_login_at, created_at, updated_at)
    select ${idOf(1, 'i')}, 'person' || i || '@bench.example', 'person' || i,
      ${oneOf(firstNames, 'i')} || ' ' || ${oneOf(lastNames, 'i / 16')} || ' ' || i,
      case when i % 5 > 0 then now() - i % 720 * interval '1 hour' end,
      now() - interval '2 years' + i * interval '1 minute', now() - interval '1 day'
    from generate_series(1, ${size.users}) i`);
  await client.query(`
    insert into orgs (public_id, name, slug, schema_name, shard_id, account_type, onboarding_status, max_locations, contact_email, created_at,
      updated_at)
    select ${idOf(2, 'i')}, ${oneOf(places, 'i')} || ' ' || ${oneOf(trades, 'i / 11')} || ' ' || i, 'bench-' || i, 't_bench_' || i,
      (select id from shards order by id limit 1), ${oneOf(['starter', 'professional', 'enterprise'], 'i')}, 'completed', 1 + i % 20,
      'office' || i || '@bench.example', now() - interval '2 years' + i * interval '1 hour', now() - interval '1 day'
    from generate_series(1, ${size.orgs}) i`);
  // The factor shares no divisor with common sizes, so that one user's memberships are spread over the orgs.
  await client.query(`
    insert into org_memberships (public_id, org_id, user_id, role_hint, joined_at)
    select ${idOf(3, 'i')}, o.id, u.id, ${oneOf(['admin', 'provider', 'staff'], 'i')}, now() - interval '30 days'
    from generate_series(0, ${size.memberships} - 1) i
    join users u on u.public_id = ${idOf(1, `i % ${size.users} + 1`)}
    join orgs o on o.public_id = ${idOf(2, `(i % ${size.users} + i / ${size.users} * 7) % ${size.orgs} + 1`)}
    on conflict do nothing`);
  await client.query(`
    insert into workspaces (public_id, org_id, name, slug)
    select ${idOf(4, 'i')}, o.id, ${oneOf(places, 'i / 7')} || ' ' || i, 'space-' || i
    from generate_series(1, ${size.workspaces}) i join orgs o on o.public_id = ${idOf(2, `i % ${size.orgs} + 1`)}`);
  await prepareEntries(client, size);
  await client.query('vacuum analyze');
}

/** Entries of the last 90 days, by five hundred users. */
async function prepareEntries(client: pg.Client, { entries }: DataSize): Promise<void> {
  const users = await client.query<Named>(
    `select public_id as id, display_name as name from users where email like 'person%@bench.example' order by id limit 500`,
  );
  const orgs = await client.query<Named>(`select public_id as id, name from orgs where slug like 'bench-%' order by id`);
  await fillTrail(client, { users: users.rows, orgs: orgs.rows }, { entries, days: 90, batch: entriesAtOnce, seed: 20_260_101 });
}

/** Waits until the product's worker has counted every entry. @throws Error after five minutes */
export async function untilCounted(client: pg.Client): Promise<void> {
  const deadline = Date.now() + 300_000;
  while (Date.now() < deadline) {
    const { rowCount } = await client.query('select from platform_audit_log where xid >= (select xid from audit_counts_progress) limit 1');
    if (rowCount === 0) return;
    await sleep(250);
  }
  throw new Error('The worker has not counted the entries of the trail within five minutes.');
}
