import { type Kysely, sql } from 'kysely';

const slugPattern = '^[a-z0-9]+(-[a-z0-9]+)*$';

/** Shards, the orgs that live on them, who belongs to an org, and its workspaces. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table shards (
      id bigint generated always as identity primary key,
      public_id uuid not null unique,
      name text not null check (length(name) between 1 and 200),
      region text not null check (length(region) between 1 and 100),
      -- Both null: the shard is the control plane's own database, reached by the gateway's own configuration.
      dsn_ciphertext bytea,
      dsn_key_version integer check ((dsn_key_version is null) = (dsn_ciphertext is null)),
      is_active boolean not null default true,
      max_orgs integer not null check (max_orgs >= 1),
      archived_at timestamptz check (archived_at is null or not is_active),
      version integer not null default 1,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    create unique index shards_name_key on shards (lower(name)) where archived_at is null;
    create unique index shards_own_database_key on shards ((true)) where dsn_ciphertext is null and archived_at is null;

    create table orgs (
      id bigint generated always as identity primary key,
      public_id uuid not null unique,
      name text not null check (length(name) between 1 and 200),
      slug text not null check (length(slug) <= 100 and slug ~ ${sql.lit(slugPattern)}),
      status text not null default 'active' check (status in ('active', 'migrating', 'suspended')),
      account_type text not null default 'starter' check (account_type in ('starter', 'professional', 'enterprise')),
      onboarding_status text not null default 'pending' check (onboarding_status in ('pending', 'in_progress', 'completed')),
      max_locations integer not null default 1 check (max_locations >= 1),
      is_platform boolean not null default false,
      shard_id bigint not null references shards,
      schema_name text not null unique check (schema_name ~ '^t_[a-z0-9_]{1,61}$'),
      billing_email text check (length(billing_email) <= 254),
      contact_email text check (length(contact_email) <= 254),
      contact_name text check (length(contact_name) <= 500),
      contact_phone text check (length(contact_phone) <= 500),
      hq_address_line1 text check (length(hq_address_line1) <= 500),
      hq_address_line2 text check (length(hq_address_line2) <= 500),
      hq_city text check (length(hq_city) <= 500),
      hq_country text check (length(hq_country) <= 500),
      hq_postal_code text check (length(hq_postal_code) <= 500),
      hq_state text check (length(hq_state) <= 500),
      internal_notes text check (length(internal_notes) <= 10000),
      tax_id text check (length(tax_id) <= 500),
      website text check (length(website) <= 2048),
      version integer not null default 1,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      search_text text not null generated always as (lower(name || ' ' || slug)) stored
    );
    create unique index orgs_slug_key on orgs (slug);
    create unique index orgs_platform_key on orgs ((true)) where is_platform;
    create index orgs_search on orgs using gin (search_text gin_trgm_ops);
    create index orgs_by_name on orgs (lower(name), public_id);
    create index orgs_by_slug on orgs (slug, public_id);
    create index orgs_by_created_at on orgs (created_at, public_id);
    create index orgs_by_shard on orgs (shard_id);

    create table org_memberships (
      id bigint generated always as identity primary key,
      public_id uuid not null unique,
      org_id bigint not null references orgs on delete cascade,
      user_id bigint not null references users on delete cascade,
      status text not null default 'active' check (status in ('invited', 'active', 'suspended', 'removed')),
      -- Reactivating a user restores what deactivating suspended, and nothing that was suspended by hand.
      suspended_by text check (suspended_by in ('hand', 'deactivation'))
        check ((status = 'suspended') = (suspended_by is not null)),
      role_hint text check (length(role_hint) <= 100),
      invited_at timestamptz,
      joined_at timestamptz,
      version integer not null default 1,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      unique (org_id, user_id)
    );
    create index org_memberships_by_user on org_memberships (user_id, status);
    create index org_memberships_by_org on org_memberships (org_id, status);
  `.execute(db);

  await sql`
    create table workspaces (
      id bigint generated always as identity primary key,
      public_id uuid not null unique,
      org_id bigint not null references orgs on delete cascade,
      name text not null check (length(name) between 1 and 200),
      slug text not null check (length(slug) <= 100 and slug ~ ${sql.lit(slugPattern)}),
      description text check (length(description) <= 2000),
      archived_at timestamptz,
      version integer not null default 1,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      unique (id, org_id)
    );
    create unique index workspaces_slug_key on workspaces (org_id, slug) where archived_at is null;
    create index workspaces_by_org on workspaces (org_id, lower(name), public_id);

    create table workspace_members (
      workspace_id bigint not null,
      org_id bigint not null,
      user_id bigint not null,
      role text not null default 'member' check (role in ('owner', 'admin', 'member', 'viewer')),
      added_by bigint references users on delete set null,
      version integer not null default 1,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      primary key (workspace_id, user_id),
      foreign key (workspace_id, org_id) references workspaces (id, org_id) on delete cascade,
      -- A member of a workspace is a member of its org.
      foreign key (org_id, user_id) references org_memberships (org_id, user_id) on delete cascade
    );
    create index workspace_members_by_user on workspace_members (user_id);

    alter table users add column default_workspace_id bigint references workspaces on delete set null;
  `.execute(db);
}
