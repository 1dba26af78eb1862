import { type Kysely, sql } from 'kysely';

/** Users who are deleted, what is sent to users by email, how often a password may be guessed, and a search that folds accents. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table impersonation_sessions drop constraint impersonation_sessions_end_reason_check;
    alter table impersonation_sessions add constraint impersonation_sessions_end_reason_check
      check (end_reason in ('ended', 'expired', 'deactivation', 'deletion', 'password_change', 'access_lost', 'switched_off'));

    -- What is over is found without reading what goes on.
    create index sessions_ended on sessions (id) where ended_at is not null;
    create index refresh_tokens_by_expiry on refresh_tokens (expires_at);

    -- Tokens that reach a user by email. Only hashes are kept; of each purpose a user has at most one that can be used.
    create table one_time_tokens (
      id bigint generated always as identity primary key,
      user_id bigint not null references users on delete cascade,
      purpose text not null check (purpose in ('email_verification', 'password_reset')),
      token_hash bytea not null unique check (length(token_hash) = 32),
      -- The address that it was made for: it proves nothing of a later one.
      email text not null check (length(email) <= 254),
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      used_at timestamptz
    );
    create unique index one_time_tokens_unused_key on one_time_tokens (user_id, purpose) where used_at is null;
    create index one_time_tokens_by_expiry on one_time_tokens (expires_at);

    -- Asked for by whoever knows an email, whether or not a user has it; a worker finds out.
    create table password_reset_requests (
      id bigint generated always as identity primary key,
      public_id uuid not null unique,
      email text not null check (length(email) <= 254),
      ip_address inet,
      trace_id text not null check (length(trace_id) = 32),
      created_at timestamptz not null default now()
    );

    -- How often something was tried in a window of time, by whom or on what. A crash may forget it: nothing is proved by it.
    create unlogged table attempts (
      -- SHA-256 of what is counted, such as an email: the table tells nobody who tried.
      subject bytea primary key check (length(subject) = 32),
      count integer not null,
      resets_at timestamptz not null
    );
    create index attempts_by_reset on attempts (resets_at);
  `.execute(db);

  await sql`
    create extension if not exists unaccent;

    -- unaccent() is only stable, since its dictionary could be replaced. Ours is named, and is not.
    create function fold(value text) returns text language sql immutable strict parallel safe
      as $$ select lower(public.unaccent('public.unaccent'::regdictionary, value)) $$;
    -- A LIKE pattern that finds a text anywhere; what LIKE reads as signs stands for itself, also where folding made it.
    create function containing(value text) returns text language sql immutable strict parallel safe
      as $$ select '%' || regexp_replace(public.fold(value), '([\\\\%_])', '\\\\\\1', 'g') || '%' $$;

    alter table users drop column search_text;
    alter table users add column search_text text not null generated always as (
      fold(display_name || ' ' || coalesce(full_name, '') || ' ' || email || ' ' || username)) stored;
    create index users_search on users using gin (search_text gin_trgm_ops);

    alter table orgs drop column search_text;
    alter table orgs add column search_text text not null generated always as (fold(name || ' ' || slug)) stored;
    create index orgs_search on orgs using gin (search_text gin_trgm_ops);

    alter table workspaces drop column search_text;
    alter table workspaces add column search_text text not null generated always as (fold(name || ' ' || slug)) stored;
    create index workspaces_search on workspaces using gin (search_text gin_trgm_ops);
  `.execute(db);
}
