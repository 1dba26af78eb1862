import { type Kysely, sql } from 'kysely';

/**
 * The name by which an org's members are listed stands with the membership, so that an index has them in order: the first page of an org
 * costs as many rows as it shows, however many members there are.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- The user's display name, folded; the triggers keep it.
    alter table org_memberships add column member_name text not null default '';
    update org_memberships m set member_name = lower(u.display_name) from users u where u.id = m.user_id;
    create index org_memberships_by_name on org_memberships (org_id, member_name, public_id);

    create function name_member() returns trigger language plpgsql as $$
    begin
      -- Waits for who is changing the name, and holds up who would until the membership can be seen.
      select lower(display_name) into strict new.member_name from users where id = new.user_id for share;
      return new;
    end $$;
    create trigger name_member before insert or update of user_id on org_memberships for each row execute function name_member();

    create function rename_memberships() returns trigger language plpgsql as $$
    begin
      update org_memberships set member_name = lower(new.display_name) where user_id = new.id;
      return null;
    end $$;
    create trigger rename_memberships after update of display_name on users for each row
      when (old.display_name is distinct from new.display_name) execute function rename_memberships();
  `.execute(db);
}
