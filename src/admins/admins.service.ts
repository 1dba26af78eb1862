import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { changeAccess } from '../access/changeAccess.js';
import type { Tx } from '../audit/entry.js';
import { requireVersion } from '../conditions/requireVersion.js';
import type { Context } from '../context.js';
import { type ListOrder, type Page, type PageArgs, readPage } from '../db/page.js';
import type { RowOf } from '../db/shape.js';
import { searchIn } from '../db/text.js';
import { violatedUnique } from '../db/violations.js';
import { Conflict, NotFound } from '../errors.js';
import type { ConnectionSelection, Selection } from '../graphql/selection.js';
import { checkTexts } from '../input.js';
import { lockAdmin, readUser, selectUser } from '../users/selectUser.js';
import { updateUser } from '../users/updateUser.service.js';
import { userShape } from '../users/users.shape.js';
import type { UpdateUserInput, User } from '../users/users.types.js';
import { adminResource } from './adminResource.js';
import type { AdminFilter, CreateAdminInput } from './admins.types.js';
import { addAssignment } from './assignments.service.js';

const byName: ListOrder = { name: 'display_name_asc', expression: sql`lower(u.display_name)`, type: 'text', direction: 'asc' };
const isAdmin = sql`u.has_platform_access and u.deleted_at is null`;

/** A page of the platform's admins, by name. @throws Invalid */
export function listAdmins(
  ctx: Context,
  filter: AdminFilter | null | undefined,
  page: PageArgs,
  selection: ConnectionSelection,
): Promise<Page<RowOf<User>>> {
  const search = searchIn(sql`u.search_text`, filter?.search);
  const list = {
    name: 'admins',
    shape: userShape,
    from: sql`users u`,
    id: sql<string>`u.public_id`,
    where: [isAdmin],
    search,
    order: byName,
  };
  return readPage(ctx.reads, list, page, selection);
}

/** @throws NotFound also for a user who is no admin */
export async function findAdmin(ctx: Context, id: string, selection: Selection): Promise<RowOf<User>> {
  const admin = await selectUser(ctx.db, id, selection, { where: sql`u.has_platform_access` });
  if (!admin) throw new NotFound('admin', id);
  return admin;
}

/**
 * Makes a user an admin with a first group; the user too, where nobody has the email.
 * @throws NotFound where there is no such group
 * @throws Forbidden listing the group's permissions that the caller does not hold
 * @throws Conflict where the user is an admin already, or is not active
 * @throws Invalid
 */
export async function createAdmin(ctx: Context, input: CreateAdminInput, selection: Selection): Promise<RowOf<User>> {
  checkTexts(['input'], input, { displayName: { min: 1, max: 200 }, email: { min: 3, max: 254 } });
  return changeAccess(ctx, async ({ tx, record }) => {
    const user = (await raiseUser(tx, input.email)) ?? (await makeAdmin(tx, input));
    await addAssignment(ctx, tx, user.key, input.groupId, null);
    const admin = await readUser(tx, user.id, selection);
    await record({ action: 'admin.create', resource: adminResource(admin), after: admin });
    return admin;
  });
}

/** The user of an email as an admin; undefined where there is none. @throws Conflict */
async function raiseUser(tx: Tx, email: string): Promise<{ key: string; id: string } | undefined> {
  const user = await tx
    .selectFrom('users')
    .select(['id as key', 'public_id as id', 'has_platform_access', 'status'])
    .where(sql`lower(email)`, '=', email.toLowerCase())
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst();
  if (!user) return undefined;
  if (user.has_platform_access) throw new Conflict('The user is an admin already.', { field: 'email' });
  if (user.status !== 'active') throw new Conflict('The user of this email is not active.', { field: 'email' });
  await sql`update users set has_platform_access = true, version = version + 1, updated_at = now() where id = ${user.key}`.execute(tx);
  return user;
}

async function makeAdmin(tx: Tx, { email, displayName }: CreateAdminInput): Promise<{ key: string; id: string }> {
  const id = uuidv7();
  try {
    const { key } = await tx
      .insertInto('users')
      // The username is the email's: nobody else has it, since nobody else has the email.
      .values({ public_id: id, email, username: email.slice(0, 100), display_name: displayName, has_platform_access: true })
      .returning('id as key')
      .executeTakeFirstOrThrow();
    return { key, id };
  } catch (error) {
    if (!violatedUnique(error)) throw error;
    throw new Conflict('The email belongs to another user.', { field: 'email' }, { cause: error });
  }
}

/**
 * Changes the named fields of an admin, as `updateUser` does.
 * @throws NotFound also for a user who is no admin
 * @throws Forbidden listing the admin's permissions that the caller does not hold
 * @throws Conflict where the email belongs to another user
 * @throws Invalid
 */
export async function updateAdmin(ctx: Context, id: string, input: UpdateUserInput, selection: Selection): Promise<RowOf<User>> {
  await findAdmin(ctx, id, selection);
  return updateUser(ctx, id, input, selection);
}

/**
 * Makes an admin a plain user again: every group and every access to an org is gone.
 * @throws NotFound
 * @throws Lockout where nobody would remain for good
 */
export async function revokeAdmin(ctx: Context, id: string, selection: Selection): Promise<RowOf<User>> {
  return changeAccess(ctx, async ({ tx, record }) => {
    const before = await lockAdmin(tx, id);
    requireVersion(ctx, 'admin', before.version);
    await tx.deleteFrom('group_assignments').where('user_id', '=', before.key).execute();
    await tx.deleteFrom('org_access').where('user_id', '=', before.key).execute();
    await sql`update users set has_platform_access = false, is_global_access = false, version = version + 1, updated_at = now()
      where id = ${before.key}`.execute(tx);
    const after = await readUser(tx, id, selection);
    await record({ action: 'admin.revoke', resource: adminResource(before), before, after });
    return after;
  });
}
