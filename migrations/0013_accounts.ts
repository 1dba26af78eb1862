import { type Kysely, sql } from 'kysely';

/** Users who are deleted, and what ends with them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table impersonation_sessions drop constraint impersonation_sessions_end_reason_check;
    alter table impersonation_sessions add constraint impersonation_sessions_end_reason_check
      check (end_reason in ('ended', 'expired', 'deactivation', 'deletion', 'password_change', 'access_lost', 'switched_off'));
  `.execute(db);
}
