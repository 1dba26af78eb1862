import { type Kysely, sql } from 'kysely';

/**
 * What keeps the trail: entries that stand for repetitions, exports and their manifests, the seal over all entries, holds and what retention
 * dropped, the roles of the database, and the views for analysts.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await entries(db);
}

async function entries(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table platform_audit_log
      -- More than one where the entry tells of repetitions.
      add column occurrences integer not null default 1 check (occurrences >= 1),
      -- SHA-256 of the entry's snapshots, which are kept elsewhere; null where it has none.
      add column snapshot_digest bytea check (length(snapshot_digest) = 32);


    -- The text of jsonb is one for each value: its keys are in order, and each once.
    create function audit_snapshot_digest(before jsonb, after jsonb) returns bytea language sql immutable parallel safe as $$
      select sha256(convert_to(coalesce(before::text, 'null') || E'\n' || coalesce(after::text, 'null'), 'UTF8'))
    $$;

    -- Who did the same again: counted here, and told of in one entry when the window is over.
    create table audit_repeats (
      key bytea primary key check (length(key) = 32),
      entry jsonb not null,
      repeats integer not null default 0,
      began_at timestamptz not null default now(),
      last_at timestamptz not null default now()
    );
    create index audit_repeats_by_age on audit_repeats (began_at);
  `.execute(db);
}
