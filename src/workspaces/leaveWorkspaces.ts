import { sql } from 'kysely';
import { workspaceRoles } from '../access/workspaceRoles.js';
import type { Change } from '../audit/change.js';
import type { AuditEntryInput, Tx } from '../audit/entry.js';
import { deleteMember, readBack, recordMember, writeRole } from './workspaceMembers.rows.js';

interface Place {
  readonly key: string;
  readonly role: string;
  readonly org: NonNullable<AuditEntryInput['org']>;
}

/**
 * Takes a user out of all their workspaces, of one org or of all, because they leave the org or the platform. That must not wait for
 * anyone, so where they are the last owner who can act the workspace passes to who stands highest of the rest, and of equals to who was
 * added first; each change of a member is an entry in the trail. A workspace in which nobody is left has no owner.
 * Call it before the user is marked as gone. The workspaces stay locked until the transaction ends.
 */
export async function leaveWorkspaces(
  { tx, record }: Change,
  user: { readonly key: string; readonly id: string },
  orgKey?: string,
): Promise<void> {
  for (const place of await lockPlaces(tx, user.key, orgKey)) {
    if (place.role === 'owner') await passOn(tx, record, place, user.key);
    const before = await readBack(tx, place.key, user.id);
    await deleteMember(tx, place.key, user.key);
    await recordMember(record, 'remove', place.org, before, undefined);
  }
}

async function lockPlaces(tx: Tx, userKey: string, orgKey: string | undefined): Promise<Place[]> {
  const ofOrg = orgKey === undefined ? sql`true` : sql`wm.org_id = ${orgKey}`;
  // In one order, so that two who leave at once do not wait for each other.
  await sql`select from workspaces w join workspace_members wm on wm.workspace_id = w.id
    where wm.user_id = ${userKey} and ${ofOrg} order by w.id for update of w`.execute(tx);
  const { rows } =
    await sql<Place>`select w.id as key, wm.role, json_build_object('key', o.id::text, 'id', o.public_id, 'name', o.name) as org
    from workspace_members wm join workspaces w on w.id = wm.workspace_id join orgs o on o.id = w.org_id
    where wm.user_id = ${userKey} and ${ofOrg} order by w.id`.execute(tx);
  return rows;
}

async function passOn(tx: Tx, record: Change['record'], { key, org }: Place, userKey: string): Promise<void> {
  const { rows } = await sql<{ key: string; id: string; role: string }>`select u.id as key, u.public_id as id, wm.role
    from workspace_members wm join users u on u.id = wm.user_id
    join org_memberships m on m.org_id = wm.org_id and m.user_id = wm.user_id
    where wm.workspace_id = ${key} and wm.user_id <> ${userKey} and u.deleted_at is null
    order by (m.status = 'active' and u.status = 'active') desc, array_position(${workspaceRoles}::text[], wm.role) desc,
      wm.created_at, wm.user_id limit 1`.execute(tx);
  const [successor] = rows;
  if (!successor || successor.role === 'owner') return;
  const before = await readBack(tx, key, successor.id);
  await writeRole(tx, key, successor.key, 'owner');
  await recordMember(record, 'update', org, before, await readBack(tx, key, successor.id));
}
