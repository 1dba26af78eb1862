import { type Kysely, sql } from 'kysely';

/** The tables of counts: what they tell apart, what identifies a count in the order in which filters narrow it, and its buckets. */
const tables = [
  {
    name: 'audit_counts_by_action',
    columns: 'action text not null, resource_type text not null, outcome text not null',
    key: 'grain, bucket, action, resource_type, outcome',
    grains: ['hour', 'day', 'month'],
  },
  {
    name: 'audit_counts_by_org',
    columns: 'org_id uuid, action text not null, resource_type text not null, outcome text not null',
    key: 'org_id, grain, bucket, action, resource_type, outcome',
    grains: ['day', 'month'],
  },
  {
    name: 'audit_counts_by_actor',
    columns: 'actor_id text not null, outcome text not null',
    key: 'actor_id, grain, bucket, outcome',
    grains: ['day', 'month'],
  },
] as const;

/**
 * Reading the trail: indexes for searches, counts of its entries by hour, day and month (UTC), and saved views.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- For those who follow the table.
    create index platform_audit_log_by_xid on platform_audit_log (xid, id);
    -- The expression of src/audit/audit.filter.ts.
    create index platform_audit_log_search on platform_audit_log using gin ((
      lower(coalesce(actor_display_name, '') || ' ' || actor_id || ' ' || resource_type || ' ' || resource_id || ' ' || resource_display_id)
    ) gin_trgm_ops);

    -- Every entry below this transaction id is in each table of counts once; the others in none.
    create table audit_counts_progress (
      is_only boolean primary key default true check (is_only),
      xid xid8 not null
    );
    insert into audit_counts_progress (xid) values ('0');
  `.execute(db);

  for (const { name, columns, key, grains } of tables) {
    await sql`create table ${sql.table(name)} (
      grain text not null,
      -- The first moment of the hour, day or month, in UTC.
      bucket timestamptz not null,
      ${sql.raw(columns)},
      count bigint not null check (count > 0)
    ) partition by list (grain)`.execute(db);
    // Apart, so that the few days and months are not scattered among the hours.
    for (const grain of grains) {
      await sql`create table ${sql.table(`${name}_${grain}`)} partition of ${sql.table(name)}
        for values in (${sql.lit(grain)}) with (fillfactor = 80)`.execute(db);
    }
    await sql`create unique index ${sql.id(`${name}_key`)} on ${sql.table(name)} (${sql.raw(key)}) nulls not distinct`.execute(db);
    if (!key.startsWith('grain')) await sql`create index ${sql.id(`${name}_by_time`)} on ${sql.table(name)} (grain, bucket)`.execute(db);
  }

  await sql`
    -- Takes what was counted in a month out of the counts, for who drops the entries of that month in the same transaction.
    create function forget_audit_counts(month date) returns void language plpgsql as $$
    declare
      first_moment timestamptz := date_trunc('month', month)::timestamp at time zone 'UTC';
      next_month timestamptz := (date_trunc('month', month) + interval '1 month')::timestamp at time zone 'UTC';
    begin
      -- Nothing is counted meanwhile.
      perform from audit_counts_progress for update;
      delete from audit_counts_by_action where bucket >= first_moment and bucket < next_month;
      delete from audit_counts_by_org where bucket >= first_moment and bucket < next_month;
      delete from audit_counts_by_actor where bucket >= first_moment and bucket < next_month;
    end $$;

    create table audit_views (
      id bigint generated always as identity primary key,
      public_id uuid not null unique,
      owner_id bigint not null references users,
      name text not null check (length(name) between 1 and 200),
      description text not null default '' check (length(description) <= 2000),
      -- An AuditFilter as the API takes it.
      filter jsonb not null check (jsonb_typeof(filter) = 'object'),
      is_shared boolean not null default false,
      version integer not null default 1,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    create unique index audit_views_name_key on audit_views (owner_id, lower(name));
    create index audit_views_shared on audit_views (lower(name), public_id) where is_shared;
  `.execute(db);
}
