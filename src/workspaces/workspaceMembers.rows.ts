import { sql } from 'kysely';
import type { WorkspaceRole } from '../access/workspaceRoles.js';
import type { WorkspaceStanding } from '../access/workspaceStanding.js';
import type { Change } from '../audit/change.js';
import type { AuditEntryInput, Tx } from '../audit/entry.js';
import { snapshotSelection } from '../audit/snapshots/snapshots.js';
import { columnsOf, nested, type RowOf, selectList } from '../db/shape.js';
import { violatedUnique } from '../db/violations.js';
import { Conflict, Invalid } from '../errors.js';
import { fieldsOf, merged, type Selection } from '../graphql/selection.js';
import { workspaceMemberShape, workspaceMemberTables } from './workspaceMembers.shape.js';
import type { WorkspaceMember } from './workspaceMembers.types.js';

const snapshot = merged(snapshotSelection('workspace_member'), fieldsOf(['orgId']));

/** A member and all that an entry of the trail keeps of them; undefined where the user is none. */
export async function selectMember(
  tx: Tx,
  workspaceKey: string,
  userId: string,
  selection: Selection = snapshot,
): Promise<RowOf<WorkspaceMember> | undefined> {
  const columns = columnsOf(workspaceMemberShape, merged(snapshot, selection));
  const { rows } = await sql<Record<string, unknown>>`/* workspace member */ select ${selectList(columns)} from ${workspaceMemberTables}
    where wm.workspace_id = ${workspaceKey} and u.public_id = ${userId} and u.deleted_at is null`.execute(tx);
  return nested<RowOf<WorkspaceMember>>(columns, rows)[0];
}

/** A member who was just written. @throws Error where they are gone, which the workspace's lock prevents */
export async function readBack(
  tx: Tx,
  workspaceKey: string,
  userId: string,
  selection: Selection = snapshot,
): Promise<RowOf<WorkspaceMember>> {
  const member = await selectMember(tx, workspaceKey, userId, selection);
  if (!member) throw new Error('A member of a locked workspace was gone.');
  return member;
}

/**
 * The key of a user who may become a member: they are active, and so is their membership of the org, which stays as it is until the
 * transaction ends. An unknown user reads the same as one of another org.
 * @param path of the argument that names the user
 * @throws Invalid
 */
export async function requireOrgMember(tx: Tx, orgKey: string, userId: string, path: readonly string[]): Promise<string> {
  const { rows } = await sql<{ key: string }>`select u.id as key from users u join org_memberships m on m.user_id = u.id
    where u.public_id = ${userId} and u.deleted_at is null and u.status = 'active' and m.org_id = ${orgKey} and m.status = 'active'
    for share of m`.execute(tx);
  const [user] = rows;
  if (!user) throw Invalid.field(path, 'The user is no active member of the workspace’s org.', 'value_error');
  return user.key;
}

/** @throws Conflict where the user is a member already */
export async function insertMember(
  tx: Tx,
  workspace: Pick<WorkspaceStanding, 'key' | 'orgKey'>,
  userKey: string,
  role: WorkspaceRole,
  addedBy: string,
): Promise<void> {
  try {
    await sql`insert into workspace_members (workspace_id, org_id, user_id, role, added_by)
      values (${workspace.key}, ${workspace.orgKey}, ${userKey}, ${role}, ${addedBy})`.execute(tx);
  } catch (error) {
    if (violatedUnique(error) !== 'workspace_members_pkey') throw error;
    throw new Conflict('The user is a member of the workspace already.', { field: 'userId' }, { cause: error });
  }
}

/** Writes the role of a member of a locked workspace. */
export async function writeRole(tx: Tx, workspaceKey: string, userKey: string, role: WorkspaceRole): Promise<void> {
  await sql`update workspace_members set role = ${role}, version = version + 1, updated_at = now()
    where workspace_id = ${workspaceKey} and user_id = ${userKey}`.execute(tx);
}

/** Takes a user out of a workspace; does nothing where they are not in it. */
export async function deleteMember(tx: Tx, workspaceKey: string, userKey: string): Promise<void> {
  await sql`delete from workspace_members where workspace_id = ${workspaceKey} and user_id = ${userKey}`.execute(tx);
}

/** Writes the entry of one member: what they were, what they are, or both. */
export async function recordMember(
  record: Change['record'],
  verb: 'add' | 'update' | 'remove',
  org: AuditEntryInput['org'],
  before: RowOf<WorkspaceMember> | undefined,
  after: RowOf<WorkspaceMember> | undefined,
): Promise<void> {
  const { workspaceId, userId, email } = after ?? before ?? {};
  const resource = { type: 'workspace_member', id: `${workspaceId}/${userId}`, displayId: email ?? String(userId) };
  await record({ action: `workspace_member.${verb}`, resource, org, before, after });
}
