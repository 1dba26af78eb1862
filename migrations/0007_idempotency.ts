import { type Kysely, sql } from 'kysely';

/** What a request that has an Idempotency-Key came to, kept with its change for a day. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table idempotency_keys (
      -- The public id of a user, or of an impersonation's session.
      caller uuid not null,
      key text not null check (length(key) between 1 and 255),
      -- Which of the request's changes, counted from 0.
      place integer not null check (place >= 0),
      fingerprint bytea not null check (length(fingerprint) = 32),
      -- Null where the answer held a secret: it is kept nowhere.
      outcome jsonb,
      created_at timestamptz not null default now(),
      primary key (caller, key, place)
    );
    create index idempotency_keys_by_age on idempotency_keys (created_at);
  `.execute(db);
}
