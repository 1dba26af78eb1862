import { type Kysely, sql } from 'kysely';

/** What a caller can present. Only SHA-256 hashes are kept; a token itself exists once, in the answer that issued it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table sessions (
      id bigint generated always as identity primary key,
      public_id uuid not null unique,
      user_id bigint not null references users on delete cascade,
      ip_address inet,
      user_agent text check (length(user_agent) <= 500),
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      ended_at timestamptz,
      end_reason text check (end_reason in ('logout', 'reuse', 'deactivation', 'password_change', 'deletion'))
        check ((ended_at is null) = (end_reason is null))
    );
    create index sessions_by_user on sessions (user_id) where ended_at is null;
    create index sessions_by_expiry on sessions (expires_at);

    -- One family of rotating tokens a session; at most one of them is unused.
    create table refresh_tokens (
      id bigint generated always as identity primary key,
      session_id bigint not null references sessions on delete cascade,
      token_hash bytea not null unique check (length(token_hash) = 32),
      created_at timestamptz not null default now(),
      expires_at timestamptz not null,
      used_at timestamptz
    );
    create unique index refresh_tokens_unused_key on refresh_tokens (session_id) where used_at is null;
    create index refresh_tokens_by_session on refresh_tokens (session_id);

    create table api_keys (
      id bigint generated always as identity primary key,
      public_id uuid not null unique,
      user_id bigint not null references users on delete cascade,
      name text not null check (length(name) between 1 and 200),
      -- The first characters, so that an owner can tell keys apart.
      prefix text not null check (length(prefix) <= 20),
      key_hash bytea not null unique check (length(key_hash) = 32),
      permissions text[] not null default '{}',
      created_at timestamptz not null default now(),
      expires_at timestamptz,
      revoked_at timestamptz
    );
    create index api_keys_by_user on api_keys (user_id, created_at, public_id);

    create table impersonation_sessions (
      id bigint generated always as identity primary key,
      public_id uuid not null unique,
      admin_user_id bigint not null references users on delete cascade,
      target_user_id bigint not null references users on delete cascade check (target_user_id <> admin_user_id),
      target_org_id bigint not null references orgs on delete cascade,
      token_hash bytea not null unique check (length(token_hash) = 32),
      reason text not null check (length(reason) between 10 and 2000),
      started_at timestamptz not null default now(),
      expires_at timestamptz not null check (expires_at > started_at),
      ended_at timestamptz,
      end_reason text check (end_reason in ('ended', 'expired', 'deactivation', 'access_lost', 'switched_off'))
        check ((ended_at is null) = (end_reason is null))
    );
    create unique index impersonation_sessions_active_key on impersonation_sessions (admin_user_id) where ended_at is null;
    create index impersonation_sessions_by_target on impersonation_sessions (target_user_id);
    create index impersonation_sessions_by_start on impersonation_sessions (started_at, public_id);
  `.execute(db);
}
