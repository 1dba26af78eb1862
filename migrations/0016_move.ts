import { type Kysely, sql } from 'kysely';

/**
 * Orgs that move to another shard. The placement in `orgs` says at any time which copy is in charge; a row of `org_moves` is there as long
 * as a move is under way, or has to be undone. What a move leaves on the shard it came from is an abandoned schema that is due later.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table org_moves (
      org_id bigint primary key references orgs on delete cascade,
      job_id bigint not null unique references jobs on delete cascade,
      from_shard_id bigint not null references shards,
      to_shard_id bigint not null references shards check (to_shard_id <> from_shard_id),
      -- Whether there may be anything of the org on the new shard.
      is_begun boolean not null default false,
      -- Since then the copy in charge takes no writes.
      frozen_at timestamptz,
      created_at timestamptz not null default now()
    );
    create index org_moves_by_target on org_moves (to_shard_id);

    -- An org may have left copies on several shards.
    alter table abandoned_schemas drop constraint abandoned_schemas_schema_name_key,
      add unique (shard_id, schema_name);
  `.execute(db);
}
