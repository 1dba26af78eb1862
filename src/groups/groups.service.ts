import { type RawBuilder, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { changeAccess, requireHeld } from '../access/changeAccess.js';
import { requireKnownPermissions } from '../access/knownPermissions.js';
import type { Tx } from '../audit/entry.js';
import { requireVersion } from '../conditions/requireVersion.js';
import type { Context } from '../context.js';
import { type ListOrder, type Page, type PageArgs, readPage } from '../db/page.js';
import { columnsOf, nested, type RowOf, selectList } from '../db/shape.js';
import { contains } from '../db/text.js';
import { Invalid, NotFound } from '../errors.js';
import { batched, rowsByKey } from '../graphql/batch.js';
import { type ConnectionSelection, keyOf, merged, type Selection } from '../graphql/selection.js';
import { checkTexts } from '../input.js';
import {
  checkedFields,
  groupSnapshot,
  groupTexts,
  guardsOfUpdate,
  lockGroup,
  nameIsTaken,
  permissionsIn,
  requireOwn,
  writeFields,
  writePermissions,
} from './groupChange.js';
import { groupShape } from './groups.shape.js';
import type { CreateGroupInput, Group, GroupFilter, GroupMember, UpdateGroupInput } from './groups.types.js';
import { selectGroups } from './selectGroups.js';

const byName: ListOrder = { name: 'name_asc', expression: sql`lower(g.name)`, type: 'text', direction: 'asc' };

/** A page of the groups that match, by name. @throws Invalid */
export function listGroups(
  ctx: Context,
  filter: GroupFilter | null | undefined,
  page: PageArgs,
  selection: ConnectionSelection,
): Promise<Page<RowOf<Group>>> {
  const where: RawBuilder<unknown>[] = [];
  if (filter?.search) where.push(contains(sql`fold(g.name || ' ' || g.description)`, filter.search));
  if (filter?.status) where.push(sql`g.status = ${filter.status}`);
  const list = { name: 'groups', shape: groupShape, from: sql`groups g`, id: sql<string>`g.public_id`, where, order: byName };
  return readPage(ctx.reads, list, page, selection);
}

/** Every group that is not archived, by name: they are as few as admins care to make. */
export function allGroups(ctx: Context, selection: Selection): Promise<RowOf<Group>[]> {
  return selectGroups(ctx.reads, sql`g.status = 'active' order by lower(g.name), g.public_id`, selection);
}

/** @throws NotFound */
export async function findGroup(ctx: Context, id: string, selection: Selection): Promise<RowOf<Group>> {
  const [group] = await selectGroups<RowOf<Group>>(ctx.db, sql`g.public_id = ${id}`, selection);
  if (!group) throw new NotFound('group', id);
  return group;
}

function valuesByKey<T>(keys: readonly string[], rows: readonly { key: string; value: T }[]): T[][] {
  return rowsByKey(keys, rows, (row) => row.key).map((list) => list.map(({ value }) => value));
}

/** Keys of a group's permissions, in order; loaded together with those of other groups. */
export function permissionsOfGroup(ctx: Context, groupKey: string): Promise<string[]> {
  return batched(ctx, ['group.permissions'], groupKey, async (keys) => {
    const { rows } = await sql<{ key: string; value: string }>`/* group permissions */ select group_id as key, permission as value
      from group_permissions where group_id = any (${keys}::bigint[]) order by permission`.execute(ctx.reads);
    return valuesByKey(keys, rows);
  });
}

/** Who has a group now, by name; loaded together with those of other groups. */
export function membersOfGroup(ctx: Context, groupKey: string): Promise<GroupMember[]> {
  return batched(ctx, ['group.members'], groupKey, async (keys) => {
    const { rows } = await sql<GroupMember & { key: string }>`/* group members */ select a.group_id as key, u.public_id as id,
        u.display_name as "displayName", u.email, a.expires_at as "expiresAt"
      from active_assignments a join users u on u.id = a.user_id
      where a.group_id = any (${keys}::bigint[]) order by lower(u.display_name), u.public_id`.execute(ctx.reads);
    return valuesByKey(
      keys,
      rows.map(({ key, ...value }) => ({ key, value })),
    );
  });
}

/** The groups whose permissions a user has now, by name; loaded together with those of other users. */
export function groupsOfUser(ctx: Context, userKey: string, selection: Selection): Promise<RowOf<Group>[]> {
  return batched(ctx, ['user.groups', keyOf(selection)], userKey, async (keys) => {
    const columns = columnsOf(groupShape, selection);
    const { rows } = await sql<Record<string, unknown>>`/* user groups */ select a.user_id as "_user", ${selectList(columns)}
      from active_assignments a join groups g on g.id = a.group_id join users u on u.id = a.user_id and u.has_platform_access
      where a.user_id = any (${keys}::bigint[]) order by lower(g.name)`.execute(ctx.reads);
    return rowsByKey(keys, nested<RowOf<Group> & { _user: string }>(columns, rows), (row) => row._user);
  });
}

/** Keys of the permissions that a user has now, in order; loaded together with those of other users. */
export function effectivePermissionsOf(ctx: Context, userKey: string): Promise<string[]> {
  return batched(ctx, ['user.effectivePermissions'], userKey, async (keys) => {
    const { rows } = await sql<{ key: string; value: string }>`/* user permissions */
      select distinct user_id as key, permission as value from effective_permissions
      where user_id = any (${keys}::bigint[]) order by 2`.execute(ctx.reads);
    return valuesByKey(keys, rows);
  });
}

function resourceOf(group: RowOf<Group>) {
  const id = String(group.id);
  return { type: 'group', id, displayId: group.name ?? id };
}

/**
 * Makes a group.
 * @throws Invalid
 * @throws Forbidden listing the permissions that the caller does not hold
 * @throws Conflict where the name is taken
 */
export async function createGroup(ctx: Context, input: CreateGroupInput, selection: Selection): Promise<RowOf<Group>> {
  checkTexts(['input'], input, groupTexts);
  requireKnownPermissions(['input', 'permissions'], input.permissions);
  const permissions = [...new Set(input.permissions)].sort();
  return changeAccess(ctx, async ({ tx, record }) => {
    await requireHeld(ctx, tx, permissions, 'A group can give no permission that its maker does not hold.');
    const id = uuidv7();
    const key = await insertGroup(tx, id, input);
    await writePermissions(tx, key, { addPermissions: permissions, removePermissions: [] });
    const group = await readBack(tx, id, selection);
    await record({ action: 'group.create', resource: resourceOf(group), after: { ...group, permissions } });
    return group;
  });
}

async function insertGroup(tx: Tx, id: string, { name, description }: CreateGroupInput): Promise<string> {
  try {
    const { key } = await tx
      .insertInto('groups')
      .values({ public_id: id, name, description })
      .returning('id as key')
      .executeTakeFirstOrThrow();
    return key;
  } catch (error) {
    throw nameIsTaken(error);
  }
}

async function readBack(tx: Tx, id: string, selection: Selection): Promise<RowOf<Group>> {
  const [group] = await selectGroups<RowOf<Group>>(tx, sql`g.public_id = ${id}`, merged(groupSnapshot, selection));
  if (!group) throw new Error('A locked group was gone.');
  return group;
}

/**
 * Changes the named fields of a group, and who may do what with it.
 * @throws NotFound
 * @throws Conflict where the group is at another version, or the name is taken
 * @throws Forbidden listing the permissions to be added that the caller does not hold
 * @throws Invalid also for a group that the platform brought
 * @throws Lockout
 */
export async function updateGroup(ctx: Context, id: string, input: UpdateGroupInput, selection: Selection): Promise<RowOf<Group>> {
  const fields = checkedFields(input);
  return changeAccess(ctx, async ({ tx, record }) => {
    const { group: before, permissions } = await lockGroup(tx, id);
    for (const guard of guardsOfUpdate(ctx, tx, before, input)) await guard();
    await writeFields(tx, before.key, fields);
    await writePermissions(tx, before.key, input);
    const after = await readBack(tx, id, selection);
    await record({
      action: 'group.update',
      resource: resourceOf(after),
      before: { ...before, permissions },
      after: { ...after, permissions: await permissionsIn(tx, before.key) },
    });
    return after;
  });
}

/**
 * Archives a group, which then gives nothing.
 * @throws NotFound
 * @throws Invalid where anybody has it, or the platform brought it
 */
export async function archiveGroup(ctx: Context, id: string, selection: Selection): Promise<RowOf<Group>> {
  return changeAccess(ctx, async ({ tx, record }) => {
    const { group: before, permissions } = await lockGroup(tx, id);
    requireOwn(before);
    requireVersion(ctx, 'group', before.version);
    const { rows } = await sql`select from active_assignments where group_id = ${before.key} limit 1`.execute(tx);
    if (rows.length > 0) throw Invalid.field(['id'], 'Users have this group; take it from them first.', 'value_error');
    await sql`update groups set status = 'archived', archived_at = now(), version = version + 1, updated_at = now() where id = ${before.key}`.execute(
      tx,
    );
    const after = await readBack(tx, id, selection);
    await record({
      action: 'group.archive',
      resource: resourceOf(after),
      before: { ...before, permissions },
      after: { ...after, permissions },
    });
    return after;
  });
}
