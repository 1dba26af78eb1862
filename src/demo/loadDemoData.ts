import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { DB } from '../db/types.generated.js';
import { type DemoSize, makeDemoData } from './demoData.js';

const defaultSize: DemoSize = { orgs: 50, users: 2_000 };

/**
 * Fills a new platform with demo data, in one transaction. The orgs are there at once; a worker makes their schemas one after the other,
 * which takes some seconds, and until then what they keep themselves is not there yet.
 * @returns how many rows of each kind were written
 */
export async function loadDemoData(
  db: Kysely<DB>,
  admin: { id: string; displayName: string },
  size: DemoSize = defaultSize,
): Promise<Record<string, number>> {
  const data = makeDemoData(size, Date.now(), admin);
  const rows = (values: readonly object[]): RawBuilder<unknown> => sql`${JSON.stringify(values)}::json`;

  await db.transaction().execute(async (tx) => {
    const statements = [
      sql`insert into users (public_id, email, username, display_name, status, has_platform_access, last_login_at, created_at, updated_at)
        select public_id, email, username, display_name, status, has_platform_access, last_login_at, created_at, created_at
        from json_populate_recordset(null::users, ${rows(data.users)})`,
      sql`insert into orgs (public_id, name, slug, schema_name, shard_id, status, account_type, onboarding_status, max_locations, hq_city,
          hq_country, contact_email, version, created_at, updated_at)
        select public_id, name, slug, schema_name, (select id from shards order by id limit 1), status, account_type, onboarding_status,
          max_locations, hq_city, hq_country, contact_email, version, created_at, updated_at
        from json_populate_recordset(null::orgs, ${rows(data.orgs)})`,
      sql`insert into org_provisioning (org_id, lease_expires_at)
        select o.id, now() from orgs o
        where o.public_id in (select public_id from json_populate_recordset(null::orgs, ${rows(data.orgs)}))`,
      sql`insert into org_memberships (public_id, org_id, user_id, status, role_hint, joined_at, created_at, updated_at)
        select r.public_id, o.id, u.id, r.status, r.role_hint, r.joined_at, r.created_at, r.created_at
        from json_to_recordset(${rows(data.memberships)}) as r (public_id uuid, org uuid, "user" uuid, status text, role_hint text,
          joined_at timestamptz, created_at timestamptz)
        join orgs o on o.public_id = r.org join users u on u.public_id = r."user"`,
      sql`insert into workspaces (public_id, org_id, name, slug, created_at, updated_at)
        select r.public_id, o.id, r.name, r.slug, r.created_at, r.created_at
        from json_to_recordset(${rows(data.workspaces)}) as r (public_id uuid, org uuid, name text, slug text, created_at timestamptz)
        join orgs o on o.public_id = r.org`,
      sql`insert into workspace_members (workspace_id, org_id, user_id, role, created_at, updated_at)
        select w.id, w.org_id, u.id, r.role, r.created_at, r.created_at
        from json_to_recordset(${rows(data.workspaceMembers)}) as r (workspace uuid, "user" uuid, role text, created_at timestamptz)
        join workspaces w on w.public_id = r.workspace join users u on u.public_id = r."user"`,
      sql`insert into group_assignments (public_id, group_id, user_id, assigned_at)
        select r.public_id, g.id, u.id, r.assigned_at
        from json_to_recordset(${rows(data.assignments)}) as r (public_id uuid, "group" text, "user" uuid, assigned_at timestamptz)
        join groups g on g.name = r."group" and g.status = 'active' join users u on u.public_id = r."user"`,
      sql`insert into platform_audit_log (id, created_at, action, resource_type, resource_id, resource_display_id, changed_fields, actor_type,
          actor_id, actor_display_name, org_id, org_name, snapshot_digest)
        select r.id, r.created_at, r.action, r.resource_type, r.resource_id, r.resource_display_id,
          array(select json_array_elements_text(r.changed_fields)), 'user', r.actor_id, r.actor_display_name, r.org, o.name,
          case when r.after is not null then audit_snapshot_digest(r.before, r.after) end
        from json_to_recordset(${rows(data.entries)}) as r (id uuid, created_at timestamptz, action text, resource_type text, resource_id text,
          resource_display_id text, changed_fields json, actor_id text, actor_display_name text, org uuid, before jsonb, after jsonb)
        left join orgs o on o.public_id = r.org`,
      sql`insert into audit_snapshots (entry_id, before, after)
        select r.id, r.before, r.after
        from json_to_recordset(${rows(data.entries.filter((entry) => !entry.org && entry.after))}) as r (id uuid, before jsonb, after jsonb)`,
      sql`insert into audit_outbox (entry_id, org_id, before, after, created_at)
        select r.id, o.id, r.before, r.after, r.created_at
        from json_to_recordset(${rows(data.entries.filter((entry) => entry.org && entry.after))}) as r (id uuid, org uuid, before jsonb,
          after jsonb, created_at timestamptz)
        join orgs o on o.public_id = r.org`,
    ];
    for (const statement of statements) await statement.execute(tx);
  });
  // The catalogs' own statistics can wait for the database.
  await sql`analyze users, orgs, org_memberships, workspaces, workspace_members, group_assignments, platform_audit_log,
    audit_snapshots, audit_outbox`.execute(db);
  return Object.fromEntries(Object.entries(data).map(([kind, values]) => [kind, values.length]));
}
