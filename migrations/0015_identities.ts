import { type Kysely, sql } from 'kysely';

/** Who a user is to an OpenID Connect provider, whose access tokens then speak for them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table identities (
      id bigint generated always as identity primary key,
      public_id uuid not null unique,
      user_id bigint not null references users on delete cascade,
      issuer text not null check (length(issuer) between 1 and 2048),
      -- OpenID Connect Core §2: at most 255 ASCII characters, compared exactly.
      subject text not null check (length(subject) between 1 and 255),
      created_at timestamptz not null default now(),
      unique (issuer, subject)
    );
    create index identities_by_user on identities (user_id, created_at, public_id);
  `.execute(db);
}
