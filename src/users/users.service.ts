import { type Kysely, type RawBuilder, sql } from 'kysely';
import { changeAccess, requireHoldsAllOf } from '../access/changeAccess.js';
import { change } from '../audit/change.js';
import type { Tx } from '../audit/entry.js';
import { snapshotSelection } from '../audit/snapshots.js';
import { requireVersion } from '../conditions/requireVersion.js';
import { actorOf, type Context } from '../context.js';
import { assignments } from '../db/columns.js';
import { type ListOrder, type Page, type PageArgs, readPage } from '../db/page.js';
import { columnsOf, nested, type RowOf, selectList } from '../db/shape.js';
import { contains } from '../db/text.js';
import type { DB } from '../db/types.generated.js';
import { violatedUnique } from '../db/violations.js';
import { Conflict, Invalid, NotFound } from '../errors.js';
import { type ConnectionSelection, merged, type Selection } from '../graphql/selection.js';
import { checkTexts, given } from '../input.js';
import { type JsonObject, mergePatch } from './mergePatch.js';
import { userShape } from './users.shape.js';
import type { UpdateUserInput, User, UserFilter, UserOrder } from './users.types.js';

const orders: Readonly<Record<UserOrder['field'], Pick<ListOrder, 'expression' | 'type'>>> = {
  display_name: { expression: sql`lower(u.display_name)`, type: 'text' },
  email: { expression: sql`lower(u.email)`, type: 'text' },
  created_at: { expression: sql`u.created_at`, type: 'timestamptz' },
  last_login_at: { expression: sql`coalesce(u.last_login_at, '-infinity')`, type: 'timestamptz' },
};

/** A page of all users that match; deleted ones are in no list. @throws Invalid */
export function listUsers(
  ctx: Context,
  filter: UserFilter | null | undefined,
  orderBy: UserOrder | null | undefined,
  page: PageArgs,
  selection: ConnectionSelection,
): Promise<Page<RowOf<User>>> {
  const { field, direction } = orderBy ?? { field: 'display_name', direction: 'asc' };
  const where: RawBuilder<unknown>[] = [sql`u.deleted_at is null`];
  if (filter?.search) where.push(contains(sql`u.search_text`, filter.search));
  if (filter?.status) where.push(sql`u.status = ${filter.status}`);
  if (typeof filter?.hasPlatformAccess === 'boolean') where.push(sql`u.has_platform_access = ${filter.hasPlatformAccess}`);
  const order: ListOrder = { name: `${field}_${direction}`, direction, ...orders[field] };
  return readPage(ctx.db, { name: 'users', shape: userShape, from: sql`users u`, id: sql`u.public_id`, where, order }, page, selection);
}

async function selectUser<T>(db: Kysely<DB> | Tx, id: string, selection: Selection, lock = sql``): Promise<T | undefined> {
  const columns = columnsOf(userShape, selection);
  const { rows } = await sql<Record<string, unknown>>`/* user */ select ${selectList(columns)} from users u
    where u.public_id = ${id} and u.deleted_at is null ${lock}`.execute(db);
  return nested<T>(columns, rows)[0];
}

/** @throws NotFound also where the user was deleted */
export async function findUser(ctx: Context, id: string, selection: Selection): Promise<RowOf<User>> {
  const user = await selectUser<RowOf<User>>(ctx.db, id, selection);
  if (!user) throw new NotFound('user', id);
  return user;
}

const snapshot = snapshotSelection('user');

/** The user as they stand, locked until the transaction ends. @throws NotFound */
async function lockUser(tx: Tx, id: string): Promise<RowOf<User>> {
  const user = await selectUser<RowOf<User>>(tx, id, snapshot, sql`for update`);
  if (!user) throw new NotFound('user', id);
  return user;
}

/** Writes and reads back in one statement. @throws Conflict naming an email that belongs to another user */
async function writeUser(tx: Tx, key: string, sets: readonly RawBuilder<unknown>[], selection: Selection): Promise<RowOf<User>> {
  const columns = columnsOf(userShape, merged(snapshot, selection));
  const all = [...sets, sql`version = version + 1`, sql`updated_at = now()`];
  try {
    const { rows } = await sql<
      Record<string, unknown>
    >`update users u set ${sql.join(all)} where u.id = ${key} returning ${selectList(columns)}`.execute(tx);
    const [user] = nested<RowOf<User>>(columns, rows);
    if (!user) throw new Error('A locked user was gone.');
    return user;
  } catch (error) {
    if (violatedUnique(error) === 'users_email_key') {
      throw new Conflict('The email belongs to another user.', { field: 'email' }, { cause: error });
    }
    throw error;
  }
}

function resourceOf(user: RowOf<User>) {
  const id = String(user.id);
  return { type: 'user', id, displayId: user.email ?? id };
}

/**
 * Changes the named fields of a user. A new email has yet to be verified.
 * @throws NotFound
 * @throws Forbidden where the email would change of a user who holds permissions that the caller does not
 * @throws Conflict where the email belongs to another user, or a base version is given and the user is at another
 * @throws Invalid
 */
export async function updateUser(ctx: Context, id: string, input: UpdateUserInput, selection: Selection): Promise<RowOf<User>> {
  const { baseVersion, ...fields } = input;
  checkTexts(['input'], fields, { displayName: { min: 1, max: 200 }, email: { min: 3, max: 254 } });
  const changes = given(['input'], fields, ['displayName', 'email']);
  // An email is a way in: who may have it is decided under the lock of access.
  const run = changes.email === undefined ? change : changeAccess;
  return run(ctx, async ({ tx, record }) => {
    const before = await lockUser(tx, id);
    requireVersion(ctx, 'user', before.version, baseVersion);
    const isNewEmail = changes.email !== undefined && changes.email?.toLowerCase() !== before.email?.toLowerCase();
    if (isNewEmail) await requireHoldsAllOf(ctx, tx, before.key);
    const sets = [...assignments(changes), ...(isNewEmail ? [sql`email_verified_at = null`] : [])];
    const after = await writeUser(tx, before.key, sets, selection);
    await record({ action: 'user.update', resource: resourceOf(after), before, after });
    return after;
  });
}

/** Characters of JSON. */
const maxPreferences = 65_536;

/**
 * Merges a patch into the caller's own preferences (JSON Merge Patch, RFC 7396).
 * @throws Unauthenticated
 * @throws Invalid where the result would be larger than 64 KB
 */
export async function updateMyPreferences(ctx: Context, patch: JsonObject, selection: Selection): Promise<RowOf<User>> {
  const actor = actorOf(ctx);
  return change(ctx, async ({ tx, record }) => {
    const before = await lockUser(tx, actor.id);
    requireVersion(ctx, 'user', before.version);
    const preferences = JSON.stringify(mergePatch(before.preferences, patch));
    if (preferences.length > maxPreferences) {
      throw Invalid.field(['preferences'], `Preferences should have at most ${maxPreferences} characters as JSON`, 'value_error');
    }
    const after = await writeUser(tx, before.key, [sql`preferences = ${preferences}::jsonb`], selection);
    await record({ action: 'user.update_preferences', resource: resourceOf(after), before, after });
    return after;
  });
}
