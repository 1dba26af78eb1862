import { type Kysely, sql } from 'kysely';

/** The platform's own records: settings, partners, and the queue of jobs. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table settings (
      -- One row, for ever.
      id boolean primary key default true check (id),
      default_account_type text not null default 'starter' check (default_account_type in ('starter', 'professional', 'enterprise')),
      impersonation_enabled boolean not null default true,
      impersonation_ttl_seconds integer not null default 3600 check (impersonation_ttl_seconds between 60 and 86400),
      max_orgs_per_shard integer not null default 500 check (max_orgs_per_shard >= 1),
      permission_enforcement text not null default 'enabled' check (permission_enforcement in ('enabled', 'audit', 'disabled')),
      version integer not null default 1,
      updated_at timestamptz not null default now()
    );
    insert into settings default values;

    create table partners (
      id bigint generated always as identity primary key,
      public_id uuid not null unique,
      name text not null check (length(name) between 1 and 200),
      slug text not null check (length(slug) <= 100 and slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
      partner_type text not null check (partner_type in ('integration', 'technology', 'reseller', 'referral', 'service')),
      status text not null default 'active' check (status in ('active', 'inactive', 'archived')),
      display_name text check (length(display_name) <= 200),
      description text check (length(description) <= 2000),
      website text check (length(website) <= 2048),
      logo_url text check (length(logo_url) <= 2048),
      contact_name text check (length(contact_name) <= 500),
      contact_email text check (length(contact_email) <= 254),
      contact_phone text check (length(contact_phone) <= 500),
      internal_notes text check (length(internal_notes) <= 10000),
      extra_data jsonb not null default '{}' check (jsonb_typeof(extra_data) = 'object'),
      version integer not null default 1,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    create unique index partners_slug_key on partners (slug);
    create index partners_by_name on partners (lower(name), public_id);

    create table jobs (
      id bigint generated always as identity primary key,
      public_id uuid not null unique,
      kind text not null check (length(kind) <= 50),
      org_id bigint references orgs on delete cascade,
      status text not null default 'queued' check (status in ('queued', 'running', 'completed', 'failed', 'cancelled')),
      payload jsonb not null default '{}' check (jsonb_typeof(payload) = 'object'),
      requested_by bigint references users on delete set null,
      requested_at timestamptz not null default now(),
      run_at timestamptz not null default now(),
      -- A worker holds a job by a lease; each claim raises the fence, and a write under an older fence is refused.
      worker_id text check (length(worker_id) <= 200),
      lease_expires_at timestamptz check ((status = 'running') = (lease_expires_at is not null)),
      fence integer not null default 0,
      attempts integer not null default 0,
      heartbeat_at timestamptz,
      current_stage text,
      current_message text check (length(current_message) <= 500),
      progress_current integer,
      progress_total integer,
      statistics jsonb not null default '{}',
      errors text[] not null default '{}',
      cancel_requested_at timestamptz,
      started_at timestamptz,
      completed_at timestamptz check ((status in ('completed', 'failed', 'cancelled')) = (completed_at is not null)),
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    create unique index jobs_open_key on jobs (org_id, kind) where status in ('queued', 'running');
    create index jobs_claimable on jobs (run_at, id) where status = 'queued';
    create index jobs_leased on jobs (lease_expires_at) where status = 'running';
  `.execute(db);
}
