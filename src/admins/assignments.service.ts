import { type Kysely, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { changeAccess, requireHeld } from '../access/changeAccess.js';
import type { Tx } from '../audit/entry.js';
import { actorOf, type Context } from '../context.js';
import type { DB } from '../db/types.generated.js';
import { violatedUnique } from '../db/violations.js';
import { Conflict, Invalid, NotFound } from '../errors.js';
import { batched } from '../graphql/batch.js';
import { lockAdmin } from '../users/selectUser.js';
import { adminResource } from './adminResource.js';
import type { AssignGroupInput, Assignment } from './admins.types.js';

interface AssignmentRow {
  readonly admin: string;
  readonly value: Assignment;
}

/** Assignments `a` with their groups `g`, in the form that the type has. */
async function select(db: Kysely<DB> | Tx, where: ReturnType<typeof sql>): Promise<AssignmentRow[]> {
  const { rows } = await sql<AssignmentRow>`/* assignments */ select a.user_id as admin, json_build_object(
      'id', a.public_id,
      'group', json_build_object('key', g.id::text, 'id', g.public_id, 'name', g.name, 'description', g.description, 'isSystem', g.is_system,
        'status', g.status, 'version', g.version, 'createdAt', g.created_at, 'updatedAt', g.updated_at,
        'permissionCount', (select count(*) from group_permissions c where c.group_id = g.id),
        'userCount', (select count(*) from group_assignments c where c.group_id = g.id and c.suspended_at is null
          and (c.expires_at is null or c.expires_at > now()) and g.status = 'active')),
      'assignedBy', json_build_object('id', coalesce(b.public_id, u.public_id), 'displayName', coalesce(b.display_name, u.display_name)),
      'assignedAt', a.assigned_at, 'expiresAt', a.expires_at,
      'isActive', a.suspended_at is null and (a.expires_at is null or a.expires_at > now()) and g.status = 'active') as value
    from group_assignments a join groups g on g.id = a.group_id join users u on u.id = a.user_id left join users b on b.id = a.assigned_by
    where ${where} order by a.assigned_at, a.public_id`.execute(db);
  return rows;
}

/** All assignments of a user, the earliest first, those that give nothing now with them; loaded together with those of other users. */
export function assignmentsOfUser(ctx: Context, userKey: string): Promise<Assignment[]> {
  return batched(ctx, ['user.assignments'], userKey, async (keys) => {
    const rows = await select(ctx.db, sql`a.user_id = any (${keys}::bigint[])`);
    return keys.map((key) => rows.filter((row) => String(row.admin) === key).map((row) => row.value));
  });
}

async function readBack(tx: Tx, id: string): Promise<Assignment> {
  const [row] = await select(tx, sql`a.public_id = ${id}`);
  if (!row) throw new Error('An assignment that was written is gone.');
  return row.value;
}

/** The group's key, and the permissions that it gives. @throws NotFound also for an archived group */
async function findGroup(tx: Tx, id: string): Promise<{ key: string; name: string; permissions: string[] }> {
  const { rows } = await sql<{ key: string; name: string; permissions: string[] }>`select g.id as key, g.name,
      array(select p.permission from group_permissions p where p.group_id = g.id) as permissions
    from groups g where g.public_id = ${id} and g.status = 'active'`.execute(tx);
  const [group] = rows;
  if (!group) throw new NotFound('group', id);
  return group;
}

function requireFuture(expiresAt: string | null | undefined): void {
  if (!expiresAt || Date.parse(expiresAt) > Date.now()) return;
  throw Invalid.field(['input', 'expiresAt'], 'This is in the past.', 'value_error');
}

/**
 * Writes an assignment, within a change of access.
 * @throws NotFound
 * @throws Forbidden listing the group's permissions that the caller does not hold
 * @throws Conflict where the user has the group
 */
export async function addAssignment(ctx: Context, tx: Tx, userKey: string, groupId: string, expiresAt: string | null): Promise<Assignment> {
  const group = await findGroup(tx, groupId);
  await requireHeld(ctx, tx, group.permissions, 'Nobody gives a group with a permission that they do not hold.');
  const id = uuidv7();
  try {
    await tx
      .insertInto('group_assignments')
      .values({ public_id: id, group_id: group.key, user_id: userKey, assigned_by: actorOf(ctx).key, expires_at: expiresAt })
      .execute();
  } catch (error) {
    if (!violatedUnique(error)) throw error;
    throw new Conflict('The user has this group already.', { field: 'groupId' }, { cause: error });
  }
  return readBack(tx, id);
}

/**
 * Gives an admin a group.
 * @throws NotFound
 * @throws Forbidden listing the group's permissions that the caller does not hold
 * @throws Conflict where they have it
 * @throws Invalid for an expiry in the past
 */
export async function assignGroup(ctx: Context, { adminId, groupId, expiresAt }: AssignGroupInput): Promise<Assignment> {
  requireFuture(expiresAt);
  return changeAccess(ctx, async ({ tx, record }) => {
    const admin = await lockAdmin(tx, adminId);
    const assignment = await addAssignment(ctx, tx, admin.key, groupId, expiresAt ?? null);
    await record({
      action: 'admin.assign',
      resource: adminResource(admin),
      after: { group: assignment.group.name, expiresAt: assignment.expiresAt },
    });
    return assignment;
  });
}

/** The assignment of an admin, as it stands. @throws NotFound also where it is another admin's */
async function findAssignment(tx: Tx, adminKey: string, id: string): Promise<Assignment> {
  const [row] = await select(tx, sql`a.public_id = ${id} and a.user_id = ${adminKey}`);
  if (!row) throw new NotFound('assignment', id);
  return row.value;
}

/**
 * Sets when an admin's assignment ends by itself; null for never, which only who holds its permissions can say.
 * @throws NotFound
 * @throws Forbidden
 * @throws Invalid
 * @throws Lockout where nobody would remain for good
 */
export async function setAssignmentExpiry(ctx: Context, adminId: string, id: string, expiresAt: string | null): Promise<Assignment> {
  requireFuture(expiresAt);
  return changeAccess(ctx, async ({ tx, record }) => {
    const admin = await lockAdmin(tx, adminId);
    const before = await findAssignment(tx, admin.key, id);
    const group = await findGroup(tx, before.group.id);
    await requireHeld(ctx, tx, group.permissions, 'Nobody prolongs a group with a permission that they do not hold.');
    await tx.updateTable('group_assignments').set({ expires_at: expiresAt }).where('public_id', '=', id).execute();
    const after = await readBack(tx, id);
    const states = { before: { group: group.name, expiresAt: before.expiresAt }, after: { group: group.name, expiresAt: after.expiresAt } };
    await record({ action: 'admin.set_expiry', resource: adminResource(admin), ...states });
    return after;
  });
}

/**
 * Takes a group from an admin.
 * @throws NotFound also where the assignment is another admin's
 * @throws Lockout where nobody would remain for good
 */
export async function unassignGroup(ctx: Context, adminId: string, id: string): Promise<string> {
  return changeAccess(ctx, async ({ tx, record }) => {
    const admin = await lockAdmin(tx, adminId);
    const before = await findAssignment(tx, admin.key, id);
    await tx.deleteFrom('group_assignments').where('public_id', '=', id).execute();
    await record({
      action: 'admin.unassign',
      resource: adminResource(admin),
      before: { group: before.group.name, expiresAt: before.expiresAt },
    });
    return id;
  });
}
