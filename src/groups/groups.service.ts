import { sql } from 'kysely';
import type { Context } from '../context.js';
import { batched } from '../graphql/batch.js';
import type { Group } from './groups.types.js';

// The same conditions as in access/findActor.ts: what counts is what holds now.
const activeAssignments = sql`group_assignments a
  join users u on u.id = a.user_id and u.has_platform_access
  join groups g on g.id = a.group_id and g.status = 'active'
  where a.suspended_at is null and (a.expires_at is null or a.expires_at > now())`;

function byUser<T>(keys: readonly string[], rows: readonly { user_key: string; value: T }[]): T[][] {
  const values = new Map<string, T[]>(keys.map((key) => [key, []]));
  for (const row of rows) values.get(row.user_key)?.push(row.value);
  return keys.map((key) => values.get(key) ?? []);
}

/** The groups whose permissions a user has now, by name; loaded together with those of other users. */
export function groupsOfUser(ctx: Context, userKey: string): Promise<Group[]> {
  return batched(ctx, ['user.groups'], userKey, async (keys) => {
    const { rows } = await sql<{ user_key: string; value: Group }>`/* user groups */
      select a.user_id as user_key, json_build_object('id', g.public_id, 'name', g.name, 'description', g.description,
        'isSystem', g.is_system, 'version', g.version) as value
      from ${activeAssignments} and a.user_id = any (${keys}::bigint[]) order by lower(g.name)`.execute(ctx.db);
    return byUser(keys, rows);
  });
}

/** Keys of the permissions that a user has now, in order; loaded together with those of other users. */
export function effectivePermissionsOf(ctx: Context, userKey: string): Promise<string[]> {
  return batched(ctx, ['user.effectivePermissions'], userKey, async (keys) => {
    const { rows } = await sql<{ user_key: string; value: string }>`/* user permissions */
      select distinct e.user_id as user_key, p.permission as value
      from (select a.user_id, a.group_id from ${activeAssignments} and a.user_id = any (${keys}::bigint[])) e
      join group_permissions p on p.group_id = e.group_id order by 2`.execute(ctx.db);
    return byUser(keys, rows);
  });
}
