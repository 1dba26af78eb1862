import { type Kysely, sql } from 'kysely';

/**
 * Names that look alike to a reader are one: without case, and without the several ways in which Unicode writes a character (UAX #15, NFKC),
 * such as `Café` with a combining accent and in wide letters.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function name_key(value text) returns text language sql immutable strict parallel safe
      as $$ select lower(normalize(value, NFKC)) $$;

    drop index users_email_key;
    create unique index users_email_key on users (name_key(email)) where deleted_at is null;
    drop index users_username_key;
    create unique index users_username_key on users (name_key(username)) where deleted_at is null;
    drop index groups_name_key;
    create unique index groups_name_key on groups (name_key(name)) where status = 'active';
    drop index shards_name_key;
    create unique index shards_name_key on shards (name_key(name)) where archived_at is null;
    drop index audit_views_name_key;
    create unique index audit_views_name_key on audit_views (owner_id, name_key(name));
  `.execute(db);
}
