import { type Kysely, sql } from 'kysely';

/** Who may do what: the registry of permissions, groups of them, their assignment to users, and access to single orgs. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table permissions (
      key text primary key check (length(key) <= 100),
      domain text not null,
      description text not null
    );

    create table groups (
      id bigint generated always as identity primary key,
      public_id uuid not null unique,
      name text not null check (length(name) between 1 and 200),
      description text not null default '' check (length(description) <= 2000),
      is_system boolean not null default false,
      status text not null default 'active' check (status in ('active', 'archived')),
      archived_at timestamptz check ((status = 'archived') = (archived_at is not null)),
      version integer not null default 1,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    create unique index groups_name_key on groups (lower(name)) where status = 'active';

    create table group_permissions (
      group_id bigint not null references groups on delete cascade,
      permission text not null references permissions on update cascade,
      primary key (group_id, permission)
    );
    create index group_permissions_by_permission on group_permissions (permission);

    create table group_assignments (
      id bigint generated always as identity primary key,
      public_id uuid not null unique,
      group_id bigint not null references groups,
      user_id bigint not null references users on delete cascade,
      -- Null: the system itself assigned it, at the first start.
      assigned_by bigint references users on delete set null,
      assigned_at timestamptz not null default now(),
      expires_at timestamptz,
      -- Set while the user is deactivated.
      suspended_at timestamptz,
      unique (group_id, user_id)
    );
    create index group_assignments_by_user on group_assignments (user_id);

    create table org_access (
      id bigint generated always as identity primary key,
      public_id uuid not null unique,
      user_id bigint not null references users on delete cascade,
      org_id bigint not null references orgs on delete cascade,
      granted_by bigint references users on delete set null,
      granted_at timestamptz not null default now(),
      note text check (length(note) <= 2000),
      unique (user_id, org_id)
    );
    create index org_access_by_org on org_access (org_id);
  `.execute(db);
}
