import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { auditRollups } from '../../../src/audit/counts/rollups.duty.js';
import { auditSeal } from '../../../src/audit/seal/seal.duty.js';
import { sealingOf } from '../../../src/audit/seal/sealing.js';
import { parseConfig } from '../../../src/config.js';
import type { Database } from '../../../src/db/pool.js';
import type { DutyContext } from '../../../src/worker/duty.js';

/** Entries that one transaction writes. */
const atOnce = 20_000;
/** Entries that tell of one user: of its making and of changes. */
const ofEach = 50;
/** Of a hundred entries, those that tell of the one partner that is changed again and again. */
const ofThePartner = 10;

const userId = (number: string) => `('01900000-0001-7000-8000-' || lpad(to_hex(${number}), 12, '0'))::uuid`;
const partnerId = `'01900000-0002-7000-8000-000000000000'::uuid`;

const digest = 'audit_snapshot_digest(before, after)';
const columns =
  'id, created_at, action, resource_type, resource_id, resource_display_id, changed_fields, actor_type, actor_id, trace_id, snapshot_digest';
const snapshots = 'insert into audit_snapshots (entry_id, before, after) select id, before, after from told';

/** An id of version 7 that rises with the entry's number. */
const entryId = (kind: number) =>
  `(lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7${kind}008000' || lpad(to_hex(i), 12, '0'))::uuid`;

/**
 * Fills an empty platform with a past of two years: users and a partner, their entries and snapshots, all of it as the trail says, counted and
 * sealed.
 */
export async function longTrail({ db }: Database, entries: number, sealEnv: Readonly<Record<string, string>>): Promise<void> {
  const step = `interval '2 years' / ${entries}`;
  await sql`select make_audit_partitions((now() - interval '25 months')::date, current_date)`.execute(db);
  // By this one the platform is as old as the trail. Only who has the guards look away can say so.
  await db.transaction().execute(async (tx) => {
    await sql`set local session_replication_role = replica`.execute(tx);
    await sql`update platform_audit_log set created_at = now() - interval '25 months'
      where id = (select min(id::text)::uuid from platform_audit_log where action = 'group.create')`.execute(tx);
  });
  const users = Math.floor((entries * (100 - ofThePartner)) / 100 / ofEach);
  const state = (
    version: string,
  ) => `jsonb_build_object('email', 'person' || u || '@long.example', 'username', 'person' || u, 'displayName',
    'Person ' || u || ' of ' || ${version}, 'fullName', 'Person Number ' || u, 'bio', repeat('of some words ', 5), 'timezone', 'UTC',
    'locale', 'en-US', 'status', 'active', 'version', ${version})`;
  for (let first = 0; first < users * ofEach; first += atOnce) {
    await sql
      .raw(`with numbered as (
        select i, i % ${users} as u, i / ${users} as n, now() - interval '2 years' + i * ${step} as at
        from generate_series(${first}, ${Math.min(first + atOnce, users * ofEach) - 1}) i
      ), told as materialized (
        select *, ${entryId(1)} as id, case when n > 0 then ${state('n')} end as before, ${state('(n + 1)')} as after from numbered
      ), made as (
        insert into users (public_id, email, username, display_name, full_name, bio, timezone, locale, version, created_at, updated_at)
        select ${userId('u')}, 'person' || u || '@long.example', 'person' || u, 'Person ' || u || ' of ${ofEach}', 'Person Number ' || u,
          repeat('of some words ', 5), 'UTC', 'en-US', ${ofEach}, at, now() from told where n = 0
      ), entries as (
        insert into platform_audit_log (${columns})
        select id, at, case n when 0 then 'user.create' else 'user.update' end, 'user', ${userId('u')}::text, 'person' || u, '{displayName}',
          'system', 'system', lpad(to_hex(i), 32, '0'), ${digest} from told
      ) ${snapshots}`)
      .execute(db);
  }
  const changes = entries - users * ofEach;
  const partner = (version: string) => `jsonb_build_object('name', 'Partner ' || ${version}, 'slug', 'partner', 'partnerType', 'reseller',
    'status', 'active', 'description', repeat('of some words ', 5), 'version', ${version})`;
  for (let first = 0; first < changes; first += atOnce) {
    await sql
      .raw(`with numbered as (
        select i, now() - interval '2 years' + i * (interval '2 years' / ${changes}) as at
        from generate_series(${first}, ${Math.min(first + atOnce, changes) - 1}) i
      ), told as materialized (
        select *, ${entryId(2)} as id, case when i > 0 then ${partner('i')} end as before, ${partner('(i + 1)')} as after from numbered
      ), made as (
        insert into partners (public_id, name, slug, partner_type, description, version, created_at)
        select ${partnerId}, 'Partner ${changes}', 'partner', 'reseller', repeat('of some words ', 5), ${changes}, at from told where i = 0
      ), entries as (
        insert into platform_audit_log (${columns})
        select id, at, case i when 0 then 'partner.create' else 'partner.update' end, 'partner', ${partnerId}::text, 'partner', '{name}',
          'system', 'system', lpad(to_hex(i), 32, 'a'), ${digest} from told
      ) ${snapshots}`)
      .execute(db);
  }
  const sealing = sealingOf(parseConfig(sealEnv));
  // The duties use nothing else of their context.
  const context = { db, sealing } as DutyContext;
  for (const { run } of [auditRollups, auditSeal]) while (await run(context)) await sleep(0);
  await sql`vacuum analyze`.execute(db);
}
