import { type Kysely, sql } from 'kysely';

/**
 * Who may do what, decided at the moment of asking, in one place: whatever asks for it reads these views. Each is a plain join, so that
 * PostgreSQL plans it as part of the statement that reads it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    -- Users who may act: neither suspended nor deactivated, deleted or blocked.
    create view acting_users as
      select u.id as user_id, u.has_platform_access
      from users u
      where u.status = 'active' and u.deleted_at is null
        and not exists (select from session_blocklist b where b.user_id = u.id);

    -- Assignments that have not ended: not expired, and of a group that is not archived. Suspended ones are among them.
    create view unended_assignments as
      select a.id as assignment_id, a.user_id, a.group_id, a.expires_at, a.suspended_at
      from group_assignments a join groups g on g.id = a.group_id and g.status = 'active'
      where a.expires_at is null or a.expires_at > now();

    -- Assignments that count now.
    create view active_assignments as
      select assignment_id, user_id, group_id, expires_at from unended_assignments where suspended_at is null;

    -- What platform admins may do now, a row for each assignment that gives a permission.
    create view effective_permissions as
      select a.user_id, p.permission, a.group_id, a.assignment_id, a.expires_at
      from active_assignments a
      join acting_users u on u.user_id = a.user_id and u.has_platform_access
      join group_permissions p on p.group_id = a.group_id;
  `.execute(db);
}
