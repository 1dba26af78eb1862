import { type Kysely, sql } from 'kysely';

/** What the auth provider has yet to be told, and what it was told of late. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table auth_provider_deliveries (
      -- Rises with each event of a user: the order in which the provider is told of them.
      id bigint generated always as identity primary key,
      -- The receiver tells repetitions apart by it.
      public_id uuid not null unique,
      user_id bigint not null references users on delete cascade,
      event text not null check (event in ('user.blocked', 'user.unblocked', 'email.verification_requested', 'password.reset_requested')),
      data jsonb not null check (jsonb_typeof(data) = 'object'),
      -- A one-time token, encrypted; gone as soon as it was delivered or has expired.
      sealed_token bytea,
      expires_at timestamptz,
      state text not null default 'waiting' check (state in ('waiting', 'failing', 'delivered', 'expired')),
      attempts integer not null default 0,
      next_attempt_at timestamptz not null default now(),
      last_attempt_at timestamptz,
      last_error text check (length(last_error) <= 200),
      created_at timestamptz not null default now(),
      settled_at timestamptz check ((state in ('delivered', 'expired')) = (settled_at is not null)),
      check ((sealed_token is null) or state in ('waiting', 'failing')),
      check ((sealed_token is null) or expires_at is not null)
    );
    create index auth_provider_deliveries_open on auth_provider_deliveries (user_id, id) where state in ('waiting', 'failing');
    create index auth_provider_deliveries_due on auth_provider_deliveries (next_attempt_at) where state in ('waiting', 'failing');
    create index auth_provider_deliveries_by_creation on auth_provider_deliveries (created_at, public_id);
    create index auth_provider_deliveries_settled on auth_provider_deliveries (settled_at) where settled_at is not null;
  `.execute(db);
}
