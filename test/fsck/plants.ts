import type { World } from './world.js';

/** A fault that is put into a database whose checks all hold. */
export interface Plant {
  /** The check that must find it, by its name. */
  readonly check: string;
  /** What makes the fault; `{name}` stands for an id of the world. */
  readonly sql: string;
  /** What the finding says. */
  readonly finds: RegExp;
}

const secret = 'k'.repeat(43);
const insertUser = (email: string, username: string) =>
  `insert into users (public_id, email, username, display_name) values (gen_random_uuid(), '${email}', '${username}', 'X')`;
const raised = (table: string, where: string) => `update ${table} set version = version + 1 where ${where}`;
const untold = /is at version \d+, and 1 of its changes has no entry/;

const nameTwins: readonly Plant[] = [
  {
    check: 'No two orgs have the same slug, folded',
    sql: `drop index orgs_slug_key; insert into orgs (public_id, name, slug, shard_id, schema_name, status)
      select gen_random_uuid(), 'Twin', slug, shard_id, 't_twin', 'migrating' from orgs where public_id = '{org}'`,
    finds: /These orgs have one slug: {org}, /,
  },
  {
    check: 'No two partners have the same slug, folded',
    sql: `drop index partners_slug_key; insert into partners (public_id, name, slug, partner_type)
      select gen_random_uuid(), 'Twin', slug, 'reseller' from partners where public_id = '{partner}'`,
    finds: /These partners have one slug: {partner}, /,
  },
  {
    check: 'No two workspaces have the same slug, folded',
    sql: `drop index workspaces_slug_key; insert into workspaces (public_id, org_id, name, slug)
      select gen_random_uuid(), org_id, 'Twin', slug from workspaces where public_id = '{workspace}'`,
    finds: /These workspaces have one slug: {workspace}, /,
  },
  {
    check: 'No two users have the same email, folded',
    sql: `drop index users_email_key; ${insertUser('ﬁona@test.example', 'one')}; ${insertUser('Fiona@test.example', 'two')}`,
    finds: /These users have one email/,
  },
  {
    check: 'No two users have the same username, folded',
    sql: `drop index users_username_key; ${insertUser('a@test.example', 'ｚｏｅ')}; ${insertUser('b@test.example', 'zoe')}`,
    finds: /These users have one username/,
  },
  {
    check: 'No two groups have the same name, folded',
    sql: `drop index groups_name_key; insert into groups (public_id, name) values (gen_random_uuid(), U&'Caf\\00E9'), (gen_random_uuid(), U&'CAFE\\0301')`,
    finds: /These groups have one name/,
  },
  {
    check: 'No two shards have the same name, folded',
    sql: `drop index shards_name_key; insert into shards (public_id, name, region, max_orgs, is_active, dsn_ciphertext, dsn_key_version)
      values (gen_random_uuid(), 'ｍain', 'x', 1, false, '\\x00', 1)`,
    finds: /These shards have one name/,
  },
  {
    check: 'No two audit_views have the same name, folded',
    sql: `drop index audit_views_name_key; insert into audit_views (public_id, owner_id, name, filter)
      select gen_random_uuid(), owner_id, upper(name), filter from audit_views where public_id = '{view}'`,
    finds: /These audit_views have one name: {view}, /,
  },
];

const timeFaults: readonly Plant[] = [
  {
    check: 'No job is with a worker that is gone',
    sql: `update jobs set status = 'running', lease_expires_at = now() - interval '3 minutes' where kind = 'demo_data'`,
    finds: /The job \S+ is running, and its lease ran out 180 s ago/,
  },
  {
    check: 'No org waits to be made by a process that is gone',
    sql: `insert into org_provisioning (org_id, lease_expires_at) select id, now() - interval '3 minutes' from orgs where public_id = '{org}'`,
    finds: /The org {org} is not ready/,
  },
  {
    check: 'No impersonation lasts longer than one may',
    sql: `insert into impersonation_sessions (public_id, admin_user_id, target_user_id, target_org_id, token_hash, reason, expires_at)
      select '{unknown}', a.id, u.id, o.id, sha256('x'), 'a long time', now() + interval '25 hours' from users a, users u, orgs o
      where a.public_id = '{admin}' and u.public_id = '{user}' and o.public_id = '{org}'`,
    finds: /The impersonation {unknown} lasts longer than 86400 s/,
  },
];

const trailFaults: readonly Plant[] = [
  { check: 'Each org is what the trail says', sql: raised('orgs', "public_id = '{org}'"), finds: untold },
  {
    check: 'Each org is what the trail says',
    sql: `update orgs set website = 'https://else.example' where public_id = '{org}'`,
    finds: /The org {org} has another website than its last entry says/,
  },
  {
    check: 'Each org is what the trail says',
    sql: `delete from audit_outbox; delete from "{schema}".audit_log where entry_id =
      (select id from platform_audit_log where resource_id = '{org}' and action = 'org.create')`,
    finds: /The org {org} has lost the states of its entry/,
  },
  {
    check: 'Each user is what the trail says',
    sql: `update users set display_name = 'Someone else' where public_id = '{user}'`,
    finds: /The user {user} has another displayName/,
  },
  {
    check: 'Each group is what the trail says',
    sql: `delete from group_permissions using groups g where g.id = group_id and g.public_id = '{group}'`,
    finds: /The group {group} has another permissions/,
  },
  {
    check: 'Each partner is what the trail says',
    sql: `insert into audit_snapshots (entry_id, after) values ('{unknown}', '{"version": 9}');
      insert into platform_audit_log (id, action, resource_type, resource_id, resource_display_id, actor_type, actor_id)
      values ('{unknown}', 'partner.update', 'partner', '{partner}', 'x', 'system', 'system')`,
    finds: /The partner {partner} is at version 1, and the trail tells of version 9/,
  },
  {
    check: 'Each partner is what the trail says',
    sql: `insert into audit_snapshots (entry_id, after) values ('{another}', '{"version": 1}');
      insert into platform_audit_log (id, action, resource_type, resource_id, resource_display_id, actor_type, actor_id)
      values ('{another}', 'partner.update', 'partner', '{partner}', 'x', 'system', 'system')`,
    finds: /The partner {partner} has two entries for one version/,
  },
  { check: 'Each shard is what the trail says', sql: raised('shards', 'dsn_ciphertext is null'), finds: untold },
  { check: 'Each workspace is what the trail says', sql: raised('workspaces', "public_id = '{workspace}'"), finds: untold },
  {
    check: 'Each workspace_member is what the trail says',
    sql: `update workspace_members set role = 'admin' where role = 'member'`,
    finds: /The workspace_member {workspace}\/{user} has another role/,
  },
  {
    check: 'Each org_membership is what the trail says',
    sql: `update org_memberships set role_hint = 'admin' where status = 'removed'`,
    finds: /has another roleHint than its last entry says/,
  },
  {
    check: 'Each audit_view is what the trail says',
    sql: `update audit_views set filter = '{"search": "other"}' where public_id = '{view}'`,
    finds: /The audit_view {view} has another filter/,
  },
  { check: 'Each settings is what the trail says', sql: raised('settings', 'true'), finds: untold },
];

/** A row that nothing tells of. */
function untoldRow(table: string, sql: string): Plant {
  return {
    check: `The trail tells of the making of all ${table}`,
    sql,
    finds: new RegExp(`No entry tells of the making of \\S+ in ${table}`),
  };
}

const untoldRows: readonly Plant[] = [
  untoldRow(
    'orgs',
    `insert into orgs (public_id, name, slug, shard_id, schema_name, status)
    select gen_random_uuid(), 'Untold', 'untold', id, 't_untold', 'migrating' from shards limit 1`,
  ),
  untoldRow('users', insertUser('untold@test.example', 'untold')),
  untoldRow('groups', `insert into groups (public_id, name) values (gen_random_uuid(), 'Untold')`),
  untoldRow('partners', `insert into partners (public_id, name, slug, partner_type) values (gen_random_uuid(), 'U', 'untold', 'reseller')`),
  untoldRow(
    'shards',
    `insert into shards (public_id, name, region, max_orgs, is_active, dsn_ciphertext, dsn_key_version)
    values (gen_random_uuid(), 'untold', 'x', 1, false, '\\x00', 1)`,
  ),
  untoldRow(
    'workspaces',
    `insert into workspaces (public_id, org_id, name, slug) select gen_random_uuid(), id, 'U', 'untold' from orgs limit 1`,
  ),
  untoldRow(
    'audit_views',
    `insert into audit_views (public_id, owner_id, name, filter) select gen_random_uuid(), id, 'Untold', '{}' from users limit 1`,
  ),
  untoldRow(
    'api_keys',
    `insert into api_keys (public_id, user_id, name, prefix, key_hash)
    select gen_random_uuid(), id, 'Untold', 'x', sha256('y') from users limit 1`,
  ),
  untoldRow('jobs', `insert into jobs (public_id, kind, org_id) select gen_random_uuid(), 'untold', id from orgs limit 1`),
  untoldRow('sessions', `insert into sessions (public_id, user_id, expires_at) select gen_random_uuid(), id, now() from users limit 1`),
  untoldRow(
    'impersonation_sessions',
    `insert into impersonation_sessions
      (public_id, admin_user_id, target_user_id, target_org_id, token_hash, reason, expires_at, ended_at, end_reason)
    select gen_random_uuid(), a.id, u.id, o.id, sha256('z'), 'nobody told of it', now() + interval '1 hour', e.at, 'ended'
    from (select min(created_at) as at from platform_audit_log) e, users a, users u, orgs o
    where a.public_id = '{admin}' and u.public_id = '{user}' and o.public_id = '{org}'`,
  ),
];

/** A row that is taken away behind the trail's back. */
const vanished = (type: string, sql: string): Plant => ({
  check: `Each ${type} that the trail tells of is there`,
  sql,
  finds: new RegExp(`The ${type} \\S+ is gone, and no entry tells of its removal`),
});

const vanishedRows: readonly Plant[] = [
  vanished('group', `delete from groups where public_id = '{group}'`),
  vanished('partner', `delete from partners where public_id = '{partner}'`),
  vanished('audit_view', `delete from audit_views where public_id = '{view}'`),
  vanished('workspace_member', `delete from workspace_members where role <> 'owner'`),
  vanished('workspace', `delete from workspaces where public_id = '{workspace}'`),
  vanished(
    'shard',
    `set session_replication_role = replica;
    update platform_audit_log set resource_type = 'shard', action = 'shard.create' where id = '{unknown}'`,
  ),
  vanished('user', `delete from audit_views; delete from users where username = 'bob'`),
  vanished('org', `delete from orgs where public_id = '{org}'`),
];

/** An end or a beginning at a moment at which nothing was told. */
const untoldMoment = (table: string, what: string, sql: string): Plant => ({
  check: `The trail tells of what was ${what} in ${table}`,
  sql,
  finds: new RegExp(`No entry tells of how \\S+ in ${table} was ${what}`),
});

const untoldMoments: readonly Plant[] = [
  untoldMoment(
    'users',
    'deleted',
    `${insertUser('gone@test.example', 'gone')}; update users set deleted_at = now() where username = 'gone'`,
  ),
  untoldMoment('api_keys', 'revoked', `update api_keys set revoked_at = now()`),
  untoldMoment('group_assignments', 'assigned', `update group_assignments set assigned_at = now()`),
  untoldMoment(
    'org_access',
    'granted',
    `insert into org_access (public_id, user_id, org_id) select gen_random_uuid(), u.id, o.id from users u, orgs o limit 1`,
  ),
  untoldMoment(
    'identities',
    'linked',
    `insert into identities (public_id, user_id, issuer, subject) select gen_random_uuid(), id, 'https://issuer.example', 'x' from users limit 1`,
  ),
  untoldMoment('sessions', 'ended', `update sessions set ended_at = now(), end_reason = 'logout'`),
  untoldMoment('impersonation_sessions', 'ended', `update impersonation_sessions set ended_at = now() where ended_at is not null`),
  untoldMoment('jobs', 'ended', `update jobs set status = 'cancelled', completed_at = now(), lease_expires_at = null`),
];

/** Entries that were changed or taken away, and seals that were: the rest is for the test of `audit:verify`. */
const brokenSeals: readonly Plant[] = [
  [
    `update platform_audit_log set actor_display_name = 'Nobody' where action = 'settings.update'`,
    /Entry \S+ was changed after it was sealed/,
  ],
  [`delete from platform_audit_log where action = 'settings.update'`, /Entry \S+ was sealed in batch 1 and is not there/],
  [`update audit_batches set signature = sha512('x')`, /The signature of batch 1 does not hold/],
  [`update audit_batches set chain = sha256('x')`, /Batch 1 is not chained to the one before it/],
  [`delete from audit_batches where number = 1`, /Batch 1 is missing before batch 2/],
].map(
  ([sql, finds]) =>
    ({
      check: 'The trail is as it was sealed, and its seals are a chain',
      sql: `set session_replication_role = replica; ${sql}`,
      finds,
    }) as Plant,
); // pairs of the list above

const wrongDays: Plant = {
  check: 'The counts in audit_counts_by_day are those of the trail',
  sql: `update audit_counts_by_day set counts[1] = counts[1] + 1 where by = 'action'`,
  finds: /The month of .+ counts the first \d+ hours of its days otherwise than the trail, by action/,
};

const wrongCounts: readonly Plant[] = ['action', 'org', 'actor'].map((by) => ({
  check: `The counts in audit_counts_by_${by} are those of the trail`,
  sql: `update audit_counts_by_${by} set count = count + 1 where grain = 'day'`,
  finds: /The day of .+ counts \d+ where the trail has \d+/,
}));

const secretIn = (table: string, sql: string): Plant => ({
  check: `No secret stands in ${table}`,
  sql,
  finds: new RegExp(`${table} has what looks like a secret, at `),
});

const plantedSecrets: readonly Plant[] = [
  secretIn(
    'platform_audit_log',
    `insert into platform_audit_log (id, action, resource_type, resource_id, resource_display_id, actor_type, actor_id)
    values (gen_random_uuid(), 'x', 'x', 'x', 'tky_${secret}', 'system', 'system')`,
  ),
  secretIn('audit_snapshots', `insert into audit_snapshots (entry_id, after) values (gen_random_uuid(), '{"a": "$argon2id$v=19$m=1"}')`),
  secretIn(
    'audit_outbox',
    `insert into audit_outbox (entry_id, org_id, after)
    values (gen_random_uuid(), 1, '{"dsn": "postgres://me:hidden@db/x"}')`,
  ),
  secretIn('audit_repeats', `insert into audit_repeats (key, entry) values (sha256('x'), '{"a": "trt_${secret}"}')`),
  secretIn(
    'idempotency_keys',
    `insert into idempotency_keys (caller, key, place, fingerprint, outcome)
    values (gen_random_uuid(), 'x', 0, sha256('x'), '{"token": "imp_${secret}"}')`,
  ),
  secretIn('jobs', `update jobs set errors = array['connect to postgresql://u:p@h failed']`),
  // The database keeps a job's steps by itself: this one is found from the plant before.
  secretIn('job_events', `select 1`),
  secretIn(
    'auth_provider_deliveries',
    `insert into auth_provider_deliveries (public_id, user_id, event, data)
    select gen_random_uuid(), id, 'user.blocked', '{"a": "whsec_${secret}"}' from users limit 1`,
  ),
];

export const plants: readonly Plant[] = [
  ...trailFaults,
  ...untoldRows,
  {
    check: 'Each membership is listed by its user’s name',
    sql: `update org_memberships set member_name = 'someone else' where id = (select min(id) from org_memberships)`,
    finds: /The membership \S+ is listed by another name than its user's/,
  },
  {
    check: 'Each workspace that has members has an owner',
    sql: `insert into workspaces (public_id, org_id, name, slug) select '{unknown}', id, 'Ownerless', 'ownerless' from orgs where public_id = '{org}';
      insert into workspace_members (workspace_id, org_id, user_id) select w.id, w.org_id, u.id from workspaces w, users u
        where w.public_id = '{unknown}' and u.public_id = '{user}'`,
    finds: /The workspace {unknown} has members and no owner/,
  },
  ...wrongCounts,
  wrongDays,
  ...timeFaults,
  ...nameTwins,
  ...plantedSecrets,
  {
    check: 'No secret stands in the trail of an org',
    sql: `insert into "{schema}".audit_log (entry_id, after) values (gen_random_uuid(), '{"a": "tky_${secret}"}')`,
    finds: /audit_log of acme has what looks like a secret/,
  },
  {
    check: 'Each schema of a tenant belongs to an org of its shard',
    sql: `create schema t_left_behind`,
    finds: /The schema t_left_behind on the shard main belongs to no org/,
  },
  {
    check: 'The schema of each org answers',
    sql: `drop schema "{schema}" cascade`,
    finds: /The active org acme has no use of its schema {schema}/,
  },
  ...untoldMoments,
  ...brokenSeals,
  {
    check: 'An admin can let others in, for good',
    sql: `update group_assignments set expires_at = now() + interval '1 day'`,
    finds: /Nobody holds platform.admins.create for good/,
  },
  ...vanishedRows,
];

/** A text with the ids of the world in it. */
export function inWorld(text: string, world: World): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => world[name] ?? whole);
}
