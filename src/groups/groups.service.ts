import { type Kysely, type RawBuilder, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { changeAccess, requireHeld } from '../access/changeAccess.js';
import { requireKnownPermissions } from '../access/knownPermissions.js';
import type { Tx } from '../audit/entry.js';
import { requireVersion } from '../conditions/requireVersion.js';
import type { Context } from '../context.js';
import { assignments } from '../db/columns.js';
import { type ListOrder, type Page, type PageArgs, readPage } from '../db/page.js';
import { columnsOf, nested, type RowOf, selectList } from '../db/shape.js';
import { contains } from '../db/text.js';
import type { DB } from '../db/types.generated.js';
import { violatedUnique } from '../db/violations.js';
import { Conflict, Invalid, NotFound } from '../errors.js';
import { batched } from '../graphql/batch.js';
import { type ConnectionSelection, fieldsOf, keyOf, merged, type Selection } from '../graphql/selection.js';
import { checkTexts, given } from '../input.js';
import { groupShape } from './groups.shape.js';
import type { CreateGroupInput, Group, GroupFilter, GroupMember, UpdateGroupInput } from './groups.types.js';

const byName: ListOrder = { name: 'name_asc', expression: sql`lower(g.name)`, type: 'text', direction: 'asc' };

/** A page of the groups that match, by name. @throws Invalid */
export function listGroups(
  ctx: Context,
  filter: GroupFilter | null | undefined,
  page: PageArgs,
  selection: ConnectionSelection,
): Promise<Page<RowOf<Group>>> {
  const where: RawBuilder<unknown>[] = [];
  if (filter?.search) where.push(contains(sql`lower(g.name || ' ' || g.description)`, filter.search));
  if (filter?.status) where.push(sql`g.status = ${filter.status}`);
  const list = { name: 'groups', shape: groupShape, from: sql`groups g`, id: sql<string>`g.public_id`, where, order: byName };
  return readPage(ctx.db, list, page, selection);
}

async function selectGroups<T>(db: Kysely<DB> | Tx, where: RawBuilder<unknown>, selection: Selection): Promise<T[]> {
  const columns = columnsOf(groupShape, selection);
  const { rows } = await sql<Record<string, unknown>>`/* groups */ select ${selectList(columns)} from groups g where ${where}`.execute(db);
  return nested<T>(columns, rows);
}

/** Every group that is not archived, by name: they are as few as admins care to make. */
export function allGroups(ctx: Context, selection: Selection): Promise<RowOf<Group>[]> {
  return selectGroups(ctx.db, sql`g.status = 'active' order by lower(g.name), g.public_id`, selection);
}

/** @throws NotFound */
export async function findGroup(ctx: Context, id: string, selection: Selection): Promise<RowOf<Group>> {
  const [group] = await selectGroups<RowOf<Group>>(ctx.db, sql`g.public_id = ${id}`, selection);
  if (!group) throw new NotFound('group', id);
  return group;
}

function byKey<T>(keys: readonly string[], rows: readonly { key: string; value: T }[]): T[][] {
  const values = new Map<string, T[]>(keys.map((key) => [key, []]));
  for (const row of rows) values.get(row.key)?.push(row.value);
  return keys.map((key) => values.get(key) ?? []);
}

/** Keys of a group's permissions, in order; loaded together with those of other groups. */
export function permissionsOfGroup(ctx: Context, groupKey: string): Promise<string[]> {
  return batched(ctx, ['group.permissions'], groupKey, async (keys) => {
    const { rows } = await sql<{ key: string; value: string }>`/* group permissions */ select group_id as key, permission as value
      from group_permissions where group_id = any (${keys}::bigint[]) order by permission`.execute(ctx.db);
    return byKey(keys, rows);
  });
}

/** Who has a group now, by name; loaded together with those of other groups. */
export function membersOfGroup(ctx: Context, groupKey: string): Promise<GroupMember[]> {
  return batched(ctx, ['group.members'], groupKey, async (keys) => {
    const { rows } = await sql<GroupMember & { key: string }>`/* group members */ select a.group_id as key, u.public_id as id,
        u.display_name as "displayName", u.email, a.expires_at as "expiresAt"
      from active_assignments a join users u on u.id = a.user_id
      where a.group_id = any (${keys}::bigint[]) order by lower(u.display_name), u.public_id`.execute(ctx.db);
    return byKey(
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
      where a.user_id = any (${keys}::bigint[]) order by lower(g.name)`.execute(ctx.db);
    const found = nested<RowOf<Group> & { _user: string }>(columns, rows);
    return byKey(
      keys,
      found.map((value) => ({ key: value._user, value })),
    );
  });
}

/** Keys of the permissions that a user has now, in order; loaded together with those of other users. */
export function effectivePermissionsOf(ctx: Context, userKey: string): Promise<string[]> {
  return batched(ctx, ['user.effectivePermissions'], userKey, async (keys) => {
    const { rows } = await sql<{ key: string; value: string }>`/* user permissions */
      select distinct user_id as key, permission as value from effective_permissions
      where user_id = any (${keys}::bigint[]) order by 2`.execute(ctx.db);
    return byKey(keys, rows);
  });
}

/** What an entry says of a group, and what a change needs of it. */
const snapshot = fieldsOf(['name', 'description', 'isSystem', 'status', 'version']);

interface LockedGroup {
  readonly group: RowOf<Group>;
  readonly permissions: readonly string[];
}

/** The group and its permissions as they stand, locked until the transaction ends. @throws NotFound also for an archived one */
async function lockGroup(tx: Tx, id: string): Promise<LockedGroup> {
  const [group] = await selectGroups<RowOf<Group>>(tx, sql`g.public_id = ${id} and g.status = 'active' for update`, snapshot);
  if (!group) throw new NotFound('group', id);
  const rows = await tx
    .selectFrom('group_permissions')
    .select('permission')
    .where('group_id', '=', group.key)
    .orderBy('permission')
    .execute();
  return { group, permissions: rows.map((row) => row.permission) };
}

/** @throws Invalid where the platform brought the group (contract: "System groups are read-only: 422") */
function requireOwn(group: RowOf<Group>): void {
  if (group.isSystem) throw Invalid.field(['id'], 'The platform brought this group; it cannot be changed.', 'value_error');
}

function nameIsTaken(error: unknown): unknown {
  if (violatedUnique(error) !== 'groups_name_key') return error;
  return new Conflict('The name is taken by another group.', { field: 'name' }, { cause: error });
}

function resourceOf(group: RowOf<Group>) {
  const id = String(group.id);
  return { type: 'group', id, displayId: group.name ?? id };
}

const nameRule = { min: 1, max: 200 };
const descriptionRule = { max: 2_000 };

/**
 * Makes a group.
 * @throws Invalid
 * @throws Forbidden listing the permissions that the caller does not hold
 * @throws Conflict where the name is taken
 */
export async function createGroup(ctx: Context, input: CreateGroupInput, selection: Selection): Promise<RowOf<Group>> {
  checkTexts(['input'], input, { name: nameRule, description: descriptionRule });
  requireKnownPermissions(['input', 'permissions'], input.permissions);
  const permissions = [...new Set(input.permissions)].sort();
  return changeAccess(ctx, async ({ tx, record }) => {
    await requireHeld(ctx, tx, permissions, 'A group can give no permission that its maker does not hold.');
    const id = uuidv7();
    try {
      await tx.insertInto('groups').values({ public_id: id, name: input.name, description: input.description }).execute();
    } catch (error) {
      throw nameIsTaken(error);
    }
    await addPermissions(tx, id, permissions);
    const group = await readBack(tx, id, selection);
    await record({ action: 'group.create', resource: resourceOf(group), after: { ...group, permissions } });
    return group;
  });
}

async function readBack(tx: Tx, id: string, selection: Selection): Promise<RowOf<Group>> {
  const [group] = await selectGroups<RowOf<Group>>(tx, sql`g.public_id = ${id}`, merged(snapshot, selection));
  if (!group) throw new Error('A locked group was gone.');
  return group;
}

async function addPermissions(tx: Tx, groupId: string, permissions: readonly string[]): Promise<void> {
  await sql`insert into group_permissions (group_id, permission)
    select g.id, p.key from groups g, unnest(${permissions}::text[]) as p (key) where g.public_id = ${groupId} on conflict do nothing`.execute(
    tx,
  );
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
  const { baseVersion, addPermissions: added, removePermissions: removed, ...fields } = input;
  checkTexts(['input'], fields, { name: nameRule, description: descriptionRule });
  requireKnownPermissions(['input', 'addPermissions'], added);
  requireKnownPermissions(['input', 'removePermissions'], removed);
  const changes = given(['input'], fields, ['name', 'description']);
  return changeAccess(ctx, async ({ tx, record }) => {
    const { group: before, permissions } = await lockGroup(tx, id);
    requireOwn(before);
    requireVersion(ctx, 'group', before.version, baseVersion);
    await requireHeld(ctx, tx, added, 'A group can be widened by no permission that the caller does not hold.');
    try {
      const sets = [...assignments(changes), sql`version = version + 1`, sql`updated_at = now()`];
      await sql`update groups set ${sql.join(sets)} where id = ${before.key}`.execute(tx);
    } catch (error) {
      throw nameIsTaken(error);
    }
    await addPermissions(tx, id, added);
    if (removed.length > 0)
      await tx.deleteFrom('group_permissions').where('group_id', '=', before.key).where('permission', 'in', removed).execute();
    const after = await readBack(tx, id, selection);
    const left = new Set([...permissions, ...added]);
    for (const key of removed) left.delete(key);
    await record({
      action: 'group.update',
      resource: resourceOf(after),
      before: { ...before, permissions },
      after: { ...after, permissions: [...left].sort() },
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
