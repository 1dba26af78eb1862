import { type Kysely, sql } from 'kysely';

/** Lists of all workspaces by what they can be ordered by and searched for, and the rule that a workspace has an owner. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table workspaces add column search_text text not null generated always as (lower(name || ' ' || slug)) stored;
    create index workspaces_search on workspaces using gin (search_text gin_trgm_ops);
    create index workspaces_by_name on workspaces (lower(name), public_id);
    create index workspaces_by_created_at on workspaces (created_at, public_id);
    create index workspace_members_by_age on workspace_members (workspace_id, created_at);

    -- Services keep the rule and say so; this holds it against whatever else takes an owner away, such as the end of an org membership.
    create function workspace_keeps_an_owner() returns trigger language plpgsql as $$
    begin
      -- One at a time: of two owners who go at once each would see the other.
      perform from workspaces where id = old.workspace_id for update;
      -- The members of a workspace go with it, and one that nobody is left in has nobody to own it.
      if found
        and exists (select from workspace_members where workspace_id = old.workspace_id)
        and not exists (select from workspace_members where workspace_id = old.workspace_id and role = 'owner')
      then
        raise exception 'A workspace keeps at least one owner.'
          using errcode = 'check_violation', table = 'workspace_members', constraint = 'workspace_keeps_an_owner';
      end if;
      return null;
    end $$;
    -- At the end of the transaction, which may have made another one owner.
    create constraint trigger workspace_keeps_an_owner after delete or update of role on workspace_members
      deferrable initially deferred for each row when (old.role = 'owner') execute function workspace_keeps_an_owner();
  `.execute(db);
}
