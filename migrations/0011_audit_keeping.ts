import { type Kysely, sql } from 'kysely';

/**
 * What keeps the trail: entries that stand for repetitions, exports and their manifests, the seal over all entries, holds and what retention
 * dropped, the roles of the database, and the views for analysts.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await entries(db);
  await exports(db);
  await seal(db);
  await retention(db);
  await roles(db);
  await analytics(db);
}

async function entries(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table platform_audit_log
      -- More than one where the entry tells of repetitions.
      add column occurrences integer not null default 1 check (occurrences >= 1),
      -- SHA-256 of the entry's snapshots, which are kept elsewhere; null where it has none.
      add column snapshot_digest bytea check (length(snapshot_digest) = 32);


    -- The text of jsonb is one for each value: its keys are in order, and each once.
    create function audit_snapshot_digest(before jsonb, after jsonb) returns bytea language sql immutable parallel safe as $$
      select sha256(convert_to(coalesce(before::text, 'null') || E'\n' || coalesce(after::text, 'null'), 'UTF8'))
    $$;

    -- Who did the same again: counted here, and told of in one entry when the window is over.
    create table audit_repeats (
      key bytea primary key check (length(key) = 32),
      entry jsonb not null,
      repeats integer not null default 0,
      began_at timestamptz not null default now(),
      last_at timestamptz not null default now()
    );
    create index audit_repeats_by_age on audit_repeats (began_at);
  `.execute(db);
}

async function exports(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table audit_exports (
      id uuid primary key,
      user_id bigint not null references users on delete cascade,
      format text not null check (format in ('csv', 'ndjson', 'parquet')),
      filter jsonb not null check (jsonb_typeof(filter) = 'object'),
      after_entry uuid,
      resumes uuid references audit_exports,
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      started_at timestamptz,
      -- The moment of which it is: a pg_snapshot.
      snapshot text,
      finished_at timestamptz,
      failed_at timestamptz,
      rows bigint,
      bytes bigint,
      sha256 bytea check (length(sha256) = 32),
      check ((finished_at is null) = (rows is null) and (finished_at is null) = (sha256 is null) and (finished_at is null) = (bytes is null))
    );
    create index audit_exports_by_user on audit_exports (user_id, created_at desc);
  `.execute(db);
}

async function seal(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- A batch covers the entries behind the end of the one before, up to its own, in the order of (xid, id).
    create table audit_batches (
      number bigint primary key check (number >= 1),
      entries integer not null check (entries >= 1),
      end_xid xid8 not null,
      end_id uuid not null,
      root bytea not null check (length(root) = 32),
      chain bytea not null check (length(chain) = 32),
      -- 16 and 32 bytes an entry: what the root is made of, so that a missing entry can be named.
      ids bytea not null check (length(ids) = 16 * entries),
      leaves bytea not null check (length(leaves) = 32 * entries),
      sealed_at timestamptz not null,
      key_id text not null,
      signature bytea not null check (length(signature) = 64),
      unique (end_xid, end_id)
    );
    create trigger audit_batches_are_append_only before update or delete on audit_batches
      for each row execute function refuse_change();
    create trigger audit_batches_are_not_truncated before truncate on audit_batches
      for each statement execute function refuse_change();

    -- Batches that were taken outside.
    create table audit_published (
      number bigint primary key references audit_batches,
      published_at timestamptz not null default now()
    );
  `.execute(db);
}

async function retention(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table audit_holds (
      id uuid primary key,
      -- Months that are kept, both included.
      from_month date not null check (extract(day from from_month) = 1),
      to_month date not null check (extract(day from to_month) = 1 and to_month >= from_month),
      reason text not null check (length(reason) between 1 and 500),
      placed_at timestamptz not null default now(),
      released_at timestamptz
    );

    -- What retention took away: the seal still has the hash of each.
    create table audit_drops (
      month date primary key,
      entries bigint not null,
      ids bytea not null check (length(ids) = 16 * entries),
      dropped_at timestamptz not null default now()
    );
    create trigger audit_drops_are_append_only before update or delete on audit_drops
      for each row execute function refuse_change();
    create trigger audit_drops_are_not_truncated before truncate on audit_drops
      for each statement execute function refuse_change();
  `.execute(db);
}

/**
 * The roles. `tenantry_app` is what the gateway's own database user should be a member of: it adds to the trail and can't take away.
 * `tenantry_analyst` reads the views of the schema `analytics`. Both are made where the migrating user may; what they may is granted anew
 * after each migration (`grant_rights`), so that new tables are covered.
 */
async function roles(db: Kysely<unknown>): Promise<void> {
  await sql`
    do $$ begin
      if not exists (select from pg_roles where rolname = 'tenantry_app') then create role tenantry_app nologin; end if;
    exception
      -- Another database of the cluster was migrated at the same time, or roles are made by someone else here.
      when duplicate_object or unique_violation or insufficient_privilege then null;
    end $$;

    do $$ begin
      if not exists (select from pg_roles where rolname = 'tenantry_analyst') then
        -- Without a password nobody signs in as it, until one is set.
        create role tenantry_analyst login noinherit connection limit 10;
        alter role tenantry_analyst set default_transaction_read_only = on;
        alter role tenantry_analyst set statement_timeout = '60s';
        alter role tenantry_analyst set idle_in_transaction_session_timeout = '60s';
        alter role tenantry_analyst set search_path = analytics;
      end if;
    exception
      when duplicate_object or unique_violation or insufficient_privilege then null;
    end $$;

    -- Partitions are made ahead by the application, which must not own them.
    alter function make_audit_partitions(date, date) security definer set search_path = public, pg_temp;
    revoke execute on function make_audit_partitions(date, date) from public;

    create function grant_rights() returns void language plpgsql as $$
    declare
      part regclass;
    begin
      if exists (select from pg_roles where rolname = 'tenantry_app') then
        execute format('grant create on database %I to tenantry_app', current_database());
        grant usage on schema public to tenantry_app;
        grant select, insert, update, delete on all tables in schema public to tenantry_app;
        grant usage on all sequences in schema public to tenantry_app;
        grant execute on function make_audit_partitions(date, date) to tenantry_app;
        -- The trail and its seal are added to, and no more.
        revoke update, delete on platform_audit_log, audit_snapshots, audit_batches from tenantry_app;
        revoke insert, update, delete on audit_drops, audit_holds, kysely_migration, kysely_migration_lock from tenantry_app;
        for part in select inhrelid::regclass from pg_inherits where inhparent = 'platform_audit_log'::regclass loop
          execute format('revoke all on %s from tenantry_app', part);
        end loop;
      end if;
      if exists (select from pg_roles where rolname = 'tenantry_analyst') then
        grant usage on schema analytics to tenantry_analyst;
        grant select on all tables in schema analytics to tenantry_analyst;
      end if;
    end $$;
  `.execute(db);
}

/** What analysts see: no key of a table, no secret, no address of a person beside their name. */
async function analytics(db: Kysely<unknown>): Promise<void> {
  await sql`
    create schema analytics;
    comment on schema analytics is 'The audit trail, and whom and what it is about, for analysts. Times are in UTC where the session is.';

    create view analytics.audit_entries as
      select id, created_at, action, split_part(action, '.', 1) as subject, outcome, actor_type, actor_id, actor_display_name as actor_name,
        impersonated_user_id, resource_type, resource_id, resource_display_id as resource_name, changed_fields, org_id, org_name,
        permission, ip_address, trace_id, occurrences
      from public.platform_audit_log;
    comment on view analytics.audit_entries is 'One row an entry of the trail. Name a time range: entries are kept by month.';
    comment on column analytics.audit_entries.created_at is 'When it happened.';
    comment on column analytics.audit_entries.action is 'What was done: <resource>.<verb>.';
    comment on column analytics.audit_entries.subject is 'The part of the action before the dot.';
    comment on column analytics.audit_entries.outcome is 'success; denied: refused; violation: let through without the permission; failed: tried in vain.';
    comment on column analytics.audit_entries.actor_type is 'user, api_key or system.';
    comment on column analytics.audit_entries.actor_id is 'The id of a user, as in analytics.users; system; or anonymous for sign-ins that failed.';
    comment on column analytics.audit_entries.impersonated_user_id is 'As whom the actor acted, where they acted as another user.';
    comment on column analytics.audit_entries.resource_name is 'How a person would name the object, as it was called then.';
    comment on column analytics.audit_entries.changed_fields is 'Fields that the change concerned.';
    comment on column analytics.audit_entries.permission is 'What was missing, for denied and violation.';
    comment on column analytics.audit_entries.occurrences is 'How often it happened: more than one where the entry tells of repetitions. Sum it to count.';

    create view analytics.audit_days as
      select (bucket at time zone 'UTC')::date as day, action, resource_type, outcome, count as entries
      from public.audit_counts_by_action where grain = 'day';
    comment on view analytics.audit_days is 'Entries by day (UTC), counted ahead: fast over years, and behind by some seconds.';
    comment on column analytics.audit_days.entries is 'Entries, not occurrences.';

    create view analytics.users as
      select public_id as id, display_name as name, status, has_platform_access, created_at, last_login_at, deleted_at from public.users;
    comment on view analytics.users is 'Users, those who were deleted with them.';

    create view analytics.orgs as
      select public_id as id, name, slug, status, account_type, created_at from public.orgs;
    comment on view analytics.orgs is 'Orgs that there are now.';

    create view analytics.memberships as
      select o.public_id as org_id, u.public_id as user_id, m.status, m.role_hint, m.created_at
      from public.org_memberships m join public.orgs o on o.id = m.org_id join public.users u on u.id = m.user_id;
    comment on view analytics.memberships is 'Who belongs to which org.';
  `.execute(db);
}
