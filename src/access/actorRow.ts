import { newestChangeOf } from '../db/standby.js';
import type { Actor, ActorOrg, Credential, PermissionEnforcement } from './actor.js';
import { isOpen } from './openOrg.js';

/** What a statement that finds a caller answers. */
export interface ActorRow {
  key: string;
  id: string;
  email: string;
  display_name: string;
  has_platform_access: boolean;
  is_global_access: boolean;
  /** Keys, in order, with a space between them. */
  permissions: string;
  orgs: { key: string; id: string; role_hint: string | null; is_platform: boolean }[];
  org_access: string[];
  enforcement: PermissionEnforcement;
  /** Where there is a standby; see `newestChangeOf`. */
  newest_change?: string | null;
}

// Everything that a decision needs, at decision time. What counts now is said by the views of the database: an expired or suspended
// assignment and an archived group give nothing, and whoever is blocked has no row. A suspended org has no members, nor has one that is being made.
export const actorColumns = `
  u.id as key, u.public_id as id, u.email, u.display_name, u.has_platform_access, u.is_global_access,
  coalesce((
    select string_agg(distinct p.permission, ' ' order by p.permission) from effective_permissions p where p.user_id = u.id
  ), '') as permissions,
  coalesce((
    select json_agg(json_build_object('key', o.id::text, 'id', o.public_id, 'role_hint', m.role_hint, 'is_platform', o.is_platform))
    from org_memberships m join orgs o on o.id = m.org_id and ${isOpen('o')}
    where m.user_id = u.id and m.status = 'active'
  ), '[]') as orgs,
  array(select o.public_id::text from org_access x join orgs o on o.id = x.org_id where x.user_id = u.id) as org_access,
  (select s.permission_enforcement from settings s) as enforcement`;

/** A further column: the newest change of who acts as the user of this alias. */
export function newestChangeColumn(user: 'u' | 'a'): string {
  return `, ${newestChangeOf(`${user}.public_id`)} as newest_change`;
}

/** Nobody has blocked the user `u`. */
export const mayAct = `exists (select from acting_users w where w.user_id = u.id)`;

const permissionSets = new Map<string, ReadonlySet<string>>();
/** Sets that are kept: as many as there are combinations of groups in use, and never without end. */
const maxSets = 1_000;

/** The set of what a caller holds now. Callers of the same groups share one: to make it of some fifty keys at each request would show. */
export function permissionSet(keys: string): ReadonlySet<string> {
  const known = permissionSets.get(keys);
  if (known) return known;
  if (permissionSets.size >= maxSets) permissionSets.clear();
  const made = new Set(keys === '' ? [] : keys.split(' '));
  permissionSets.set(keys, made);
  return made;
}

/** The caller that a row tells of. */
export function actorOfRow(row: ActorRow, credential: Credential, permissions: ReadonlySet<string>): Actor {
  const orgs = new Map<string, ActorOrg>(
    row.orgs.map(({ key, id, role_hint, is_platform }) => [id, { key, id, roleHint: role_hint, isPlatform: is_platform }]),
  );
  return {
    key: row.key,
    id: row.id,
    email: row.email,
    displayName: row.display_name,
    hasPlatformAccess: row.has_platform_access,
    isGlobalAccess: row.is_global_access,
    permissions,
    orgs,
    orgAccess: new Set(row.org_access),
    credential,
  };
}
