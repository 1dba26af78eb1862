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
