import { sql } from 'kysely';
import { requireHeld } from '../access/changeAccess.js';
import { requireKnownPermissions } from '../access/knownPermissions.js';
import type { Tx } from '../audit/entry.js';
import { requireVersion } from '../conditions/requireVersion.js';
import type { Context } from '../context.js';
import { assignments } from '../db/columns.js';
import type { RowOf } from '../db/shape.js';
import { violatedUnique } from '../db/violations.js';
import { Conflict, Invalid, NotFound } from '../errors.js';
import { fieldsOf } from '../graphql/selection.js';
import { checkTexts, given } from '../input.js';
import type { Group, UpdateGroupInput } from './groups.types.js';
import { selectGroups } from './selectGroups.js';

/** What an entry says of a group, and what a change needs of it. */
export const groupSnapshot = fieldsOf(['name', 'description', 'isSystem', 'status', 'version']);

export interface LockedGroup {
  readonly group: RowOf<Group>;
  readonly permissions: readonly string[];
}

/** The group and its permissions as they stand, locked until the transaction ends. @throws NotFound also for an archived one */
export async function lockGroup(tx: Tx, id: string): Promise<LockedGroup> {
  const [group] = await selectGroups<RowOf<Group>>(tx, sql`g.public_id = ${id} and g.status = 'active' for update`, groupSnapshot);
  if (!group) throw new NotFound('group', id);
  return { group, permissions: await permissionsIn(tx, group.key) };
}

/** Keys of a group's permissions at this moment of a transaction, in order. */
export async function permissionsIn(tx: Tx, groupKey: string): Promise<string[]> {
  const rows = await tx
    .selectFrom('group_permissions')
    .select('permission')
    .where('group_id', '=', groupKey)
    .orderBy('permission')
    .execute();
  return rows.map((row) => row.permission);
}

/** @throws Invalid where the platform brought the group (contract: "System groups are read-only: 422") */
export function requireOwn(group: RowOf<Group>): void {
  if (group.isSystem) throw Invalid.field(['id'], 'The platform brought this group; it cannot be changed.', 'value_error');
}

export const groupTexts = { name: { min: 1, max: 200 }, description: { max: 2_000 } };

/** The fields of a group that an update names. @throws Invalid */
export function checkedFields(input: UpdateGroupInput): Record<string, unknown> {
  const { baseVersion: _version, addPermissions: added, removePermissions: removed, ...fields } = input;
  checkTexts(['input'], fields, groupTexts);
  requireKnownPermissions(['input', 'addPermissions'], added);
  requireKnownPermissions(['input', 'removePermissions'], removed);
  return given(['input'], fields, ['name', 'description']);
}

/** Throws where a change must not be made. */
export type Guard = () => void | Promise<void>;

/** What must hold before a group is updated, in the order in which its refusals come. */
export function guardsOfUpdate(ctx: Context, tx: Tx, group: RowOf<Group>, input: UpdateGroupInput): readonly Guard[] {
  return [
    () => requireOwn(group),
    () => requireVersion(ctx, 'group', group.version, input.baseVersion),
    () => requireHeld(ctx, tx, input.addPermissions, 'A group can be widened by no permission that the caller does not hold.'),
  ];
}

/** Gives a group permissions, and takes others from it. */
export async function writePermissions(
  tx: Tx,
  groupKey: string,
  { addPermissions: added, removePermissions: removed }: Pick<UpdateGroupInput, 'addPermissions' | 'removePermissions'>,
): Promise<void> {
  await sql`insert into group_permissions (group_id, permission)
    select ${groupKey}, p.key from unnest(${added}::text[]) as p (key) on conflict do nothing`.execute(tx);
  await sql`delete from group_permissions where group_id = ${groupKey} and permission = any (${removed}::text[])`.execute(tx);
}

/** Writes the named fields of a group, whose version rises. @throws Conflict where the name is taken */
export async function writeFields(tx: Tx, groupKey: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
  const sets = [...assignments(fields), sql`version = version + 1`, sql`updated_at = now()`];
  try {
    await sql`update groups set ${sql.join(sets)} where id = ${groupKey}`.execute(tx);
  } catch (error) {
    throw nameIsTaken(error);
  }
}

/** A violation of the names' uniqueness as the error that callers are told; any other error as it is. */
export function nameIsTaken(error: unknown): unknown {
  if (violatedUnique(error) !== 'groups_name_key') return error;
  return new Conflict('The name is taken by another group.', { field: 'name' }, { cause: error });
}
