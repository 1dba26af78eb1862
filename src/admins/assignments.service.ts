import { type Kysely, type RawBuilder, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { changeAccess, requireHeld } from '../access/changeAccess.js';
import type { Tx } from '../audit/entry.js';
import { actorOf, type Context } from '../context.js';
import { type ChildList, readChildPages } from '../db/childPages.js';
import { requireFuture } from '../db/clock.js';
import type { ListOrder, Page, PageArgs } from '../db/page.js';
import { columnsOf, nested, type RowOf, selectList } from '../db/shape.js';
import type { DB } from '../db/types.generated.js';
import { violatedUnique } from '../db/violations.js';
import { Conflict, NotFound } from '../errors.js';
import { batched, rowsByKey } from '../graphql/batch.js';
import { type ConnectionSelection, fieldsOf, keyOf, merged, pageKeyOf, type Selection } from '../graphql/selection.js';
import { lockAdmin } from '../users/selectUser.js';
import { adminResource } from './adminResource.js';
import type { AssignGroupInput, Assignment, AssignmentFilter } from './admins.types.js';
import { assignmentShape, assignmentState, assignmentTables } from './assignments.shape.js';

/** What an entry says of an assignment. */
const snapshot: Selection = new Map([...fieldsOf(['expiresAt']), ['group', fieldsOf(['id', 'name'])]]);

type AssignmentRow = RowOf<Assignment>;

async function select<T = AssignmentRow>(db: Kysely<DB> | Tx, where: RawBuilder<unknown>, selection: Selection): Promise<T[]> {
  const columns = columnsOf(assignmentShape, selection);
  const { rows } = await sql<Record<string, unknown>>`/* assignments */ select a.user_id as "_user", ${selectList(columns)}
    from ${assignmentTables} where ${where} order by a.assigned_at, a.public_id`.execute(db);
  return nested<T>(columns, rows);
}

async function ofUsers(
  ctx: Context,
  keys: readonly string[],
  which: RawBuilder<unknown>,
  selection: Selection,
): Promise<AssignmentRow[][]> {
  const where = sql`a.user_id = any (${keys}::bigint[]) and ${which}`;
  const rows = await select<AssignmentRow & { _user: string }>(ctx.reads, where, selection);
  return rowsByKey(keys, rows, (row) => row._user);
}

/** All assignments of a user, the earliest first, those that give nothing now with them; loaded together with those of other users. */
export function assignmentsOfUser(ctx: Context, userKey: string, selection: Selection): Promise<AssignmentRow[]> {
  return batched(ctx, ['user.assignments', keyOf(selection)], userKey, (keys) => ofUsers(ctx, keys, sql`true`, selection));
}

/** The assignments of a user whose group holds a permission, whether or not they count now; loaded together with those of other users. */
export function assignmentsHolding(ctx: Context, userKey: string, permission: string, selection: Selection): Promise<AssignmentRow[]> {
  const holds = sql`exists (select from group_permissions p where p.group_id = a.group_id and p.permission = ${permission})`;
  return batched(ctx, ['user.assignmentsHolding', permission, keyOf(selection)], userKey, (keys) => ofUsers(ctx, keys, holds, selection));
}

const earliestFirst: ListOrder = { name: 'assigned_at_asc', expression: sql`a.assigned_at`, type: 'timestamptz', direction: 'asc' };

export interface AssignmentsArgs extends PageArgs {
  readonly filter?: AssignmentFilter | null;
}

/** A page of the assignments of a group, the earliest first; loaded together with those of other groups. @throws Invalid */
export function assignmentsOfGroup(
  ctx: Context,
  groupKey: string,
  args: AssignmentsArgs,
  selection: ConnectionSelection,
): Promise<Page<AssignmentRow>> {
  const where = [sql`exists (select from users n where n.id = a.user_id and n.deleted_at is null)`];
  if (args.filter?.state) where.push(sql`${assignmentState} = ${args.filter.state}`);
  const list: ChildList = {
    name: 'group assignments',
    shape: assignmentShape,
    from: assignmentTables,
    id: sql<string>`a.public_id`,
    parent: sql`a.group_id`,
    where,
    order: earliestFirst,
  };
  const name = ['group.assignments', args, pageKeyOf(selection)];
  return batched(ctx, name, groupKey, (keys) => readChildPages<AssignmentRow>(ctx.reads, list, keys, args, selection));
}

/** An assignment with what an entry says of it. */
type ToldAssignment = AssignmentRow & Pick<Assignment, 'group' | 'expiresAt'>;

async function readBack(tx: Tx, id: string, selection: Selection): Promise<ToldAssignment> {
  const [row] = await select<ToldAssignment>(tx, sql`a.public_id = ${id}`, merged(snapshot, selection));
  if (!row) throw new Error('An assignment that was written is gone.');
  return row;
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

/**
 * Writes an assignment, within a change of access.
 * @returns its public id
 * @throws NotFound
 * @throws Forbidden listing the group's permissions that the caller does not hold
 * @throws Conflict where the user has the group
 */
export async function addAssignment(ctx: Context, tx: Tx, userKey: string, groupId: string, expiresAt: string | null): Promise<string> {
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
  return id;
}

/**
 * Gives an admin a group.
 * @throws NotFound
 * @throws Forbidden listing the group's permissions that the caller does not hold
 * @throws Conflict where they have it
 * @throws Invalid for an expiry in the past
 */
export async function assignGroup(
  ctx: Context,
  { adminId, groupId, expiresAt }: AssignGroupInput,
  selection: Selection,
): Promise<AssignmentRow> {
  await requireFuture(ctx.db, ['input', 'expiresAt'], expiresAt);
  return changeAccess(ctx, async ({ tx, record }) => {
    const admin = await lockAdmin(tx, adminId);
    const assignment = await readBack(tx, await addAssignment(ctx, tx, admin.key, groupId, expiresAt ?? null), selection);
    await record({
      action: 'admin.assign',
      resource: adminResource(admin),
      after: { group: assignment.group.name, expiresAt: assignment.expiresAt },
    });
    return assignment;
  });
}

/** The assignment of an admin, as it stands. @throws NotFound also where it is another admin's */
async function findAssignment(tx: Tx, adminKey: string, id: string): Promise<ToldAssignment> {
  const [row] = await select<ToldAssignment>(tx, sql`a.public_id = ${id} and a.user_id = ${adminKey}`, snapshot);
  if (!row) throw new NotFound('assignment', id);
  return row;
}

/**
 * Sets when an admin's assignment ends by itself; null for never, which only who holds its permissions can say.
 * @throws NotFound
 * @throws Forbidden
 * @throws Invalid
 * @throws Lockout where nobody would remain for good
 */
export async function setAssignmentExpiry(
  ctx: Context,
  adminId: string,
  id: string,
  expiresAt: string | null,
  selection: Selection,
): Promise<AssignmentRow> {
  await requireFuture(ctx.db, ['input', 'expiresAt'], expiresAt);
  return changeAccess(ctx, async ({ tx, record }) => {
    const admin = await lockAdmin(tx, adminId);
    const before = await findAssignment(tx, admin.key, id);
    const group = await findGroup(tx, before.group.id);
    await requireHeld(ctx, tx, group.permissions, 'Nobody prolongs a group with a permission that they do not hold.');
    await tx.updateTable('group_assignments').set({ expires_at: expiresAt }).where('public_id', '=', id).execute();
    const after = await readBack(tx, id, selection);
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
