import { type Kysely, sql } from 'kysely';

/**
 * How orgs come to their schemas and schemas go. An org that is being made has a row in `org_provisioning` until that is done, by whoever
 * began it or by a worker; `tenant_migrations` says how the last migration of each tenant went.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table shards drop constraint shards_region_check,
      add constraint shards_region_check check (length(region) <= 100),
      add column dsn_changed_at timestamptz;

    create table org_provisioning (
      org_id bigint primary key references orgs on delete cascade,
      -- The org's first member, with the role hint admin.
      admin_user_id bigint references users on delete set null,
      -- Raised by whoever takes it over; those before go no further.
      fence integer not null default 1,
      -- Until then it is theirs who hold the fence.
      lease_expires_at timestamptz not null,
      last_error text check (length(last_error) <= 500),
      created_at timestamptz not null default now()
    );
    create index org_provisioning_by_lease on org_provisioning (lease_expires_at);

    -- Schemas whose org is no more. Each is dropped as soon as its shard answers.
    create table abandoned_schemas (
      id bigint generated always as identity primary key,
      shard_id bigint not null references shards,
      schema_name text not null unique,
      attempts integer not null default 0,
      try_at timestamptz not null default now(),
      last_error text check (length(last_error) <= 500),
      created_at timestamptz not null default now()
    );
    create index abandoned_schemas_by_try on abandoned_schemas (try_at);

    -- How the last migration of a tenant's schema went. The schema itself says which migrations it has.
    create table tenant_migrations (
      org_id bigint primary key references orgs on delete cascade,
      status text not null check (status in ('migrated', 'failed')),
      -- The newest migration that the schema has.
      latest text check (length(latest) <= 200),
      last_error text check (length(last_error) <= 500) check ((status = 'failed') = (last_error is not null)),
      updated_at timestamptz not null default now()
    );
    create index tenant_migrations_by_status on tenant_migrations (status);
    create index audit_outbox_by_org on audit_outbox (org_id, id);
  `.execute(db);
}
