import { type Kysely, sql } from 'kysely';

/** People. Emails and usernames compare without case; a deleted user frees both names and stays for the trail. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create extension if not exists pg_trgm;

    create table users (
      id bigint generated always as identity primary key,
      public_id uuid not null unique,
      email text not null check (length(email) between 3 and 254),
      username text not null check (length(username) between 1 and 100),
      display_name text not null check (length(display_name) between 1 and 200),
      full_name text check (length(full_name) <= 200),
      avatar_url text check (length(avatar_url) <= 2048),
      bio text check (length(bio) <= 2000),
      timezone text check (length(timezone) <= 64),
      locale text check (length(locale) <= 35),
      status text not null default 'active' check (status in ('active', 'suspended', 'deactivated')),
      has_platform_access boolean not null default false,
      is_global_access boolean not null default false check (has_platform_access or not is_global_access),
      roles text[] not null default '{}',
      preferences jsonb not null default '{}' check (jsonb_typeof(preferences) = 'object'),
      settings jsonb not null default '{}' check (jsonb_typeof(settings) = 'object'),
      auth_provider text not null default 'local' check (length(auth_provider) between 1 and 50),
      password_hash text check (password_hash like '$argon2id$%'),
      email_verified_at timestamptz,
      last_login_at timestamptz,
      deactivated_at timestamptz check ((status = 'deactivated') = (deactivated_at is not null)),
      -- What reactivating gives back.
      deactivated_from text check (deactivated_from in ('active', 'suspended'))
        check ((status = 'deactivated') = (deactivated_from is not null)),
      deleted_at timestamptz,
      version integer not null default 1,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      search_text text not null generated always as (lower(display_name || ' ' || email || ' ' || username)) stored
    );
    create unique index users_email_key on users (lower(email)) where deleted_at is null;
    create unique index users_username_key on users (lower(username)) where deleted_at is null;
    create index users_search on users using gin (search_text gin_trgm_ops);
    create index users_by_created_at on users (created_at, public_id);
    create index users_by_display_name on users (lower(display_name), public_id);
    create index users_by_email on users (lower(email), public_id);
    create index users_by_last_login_at on users (last_login_at, public_id);
    create index users_with_platform_access on users (id) where has_platform_access;

    create table session_blocklist (
      user_id bigint primary key references users on delete cascade,
      reason text not null check (length(reason) <= 200),
      blocked_at timestamptz not null default now()
    );
  `.execute(db);
}
