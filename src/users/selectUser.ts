import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Tx } from '../audit/entry.js';
import { snapshotSelection } from '../audit/snapshots/snapshots.js';
import type { Findable } from '../db/readById.js';
import { columnsOf, nested, type RowOf, selectList } from '../db/shape.js';
import type { DB } from '../db/types.generated.js';
import { NotFound } from '../errors.js';
import { merged, type Selection } from '../graphql/selection.js';
import { userShape } from './users.shape.js';
import type { User } from './users.types.js';

const snapshot = snapshotSelection('user');

interface Options {
  /** Beyond the id, and that the user is not deleted. */
  readonly where?: RawBuilder<unknown>;
  readonly lock?: RawBuilder<unknown>;
}

/** How a user is found who was not deleted. */
export const findableUser: Findable = {
  name: 'user',
  shape: userShape,
  from: sql`users u`,
  id: sql`u.public_id`,
  where: sql`u.deleted_at is null`,
};

/** One user by the public id; undefined also where they were deleted. */
export async function selectUser(
  db: Kysely<DB> | Tx,
  id: string,
  selection: Selection,
  { where = sql`true`, lock = sql`` }: Options = {},
): Promise<RowOf<User> | undefined> {
  const columns = columnsOf(userShape, selection);
  const { rows } = await sql<Record<string, unknown>>`/* user */ select ${selectList(columns)} from users u
    where u.public_id = ${id} and u.deleted_at is null and ${where} ${lock}`.execute(db);
  return nested<RowOf<User>>(columns, rows)[0];
}

/** What an entry keeps of the user, and what was selected, as they stand now in a transaction. @throws NotFound */
export async function readUser(tx: Tx, id: string, selection: Selection): Promise<RowOf<User>> {
  const user = await selectUser(tx, id, merged(snapshot, selection));
  if (!user) throw new NotFound('user', id);
  return user;
}

/** As `readUser`, locked until the transaction ends. @throws NotFound */
export async function lockUser(tx: Tx, id: string, selection: Selection = snapshot): Promise<RowOf<User>> {
  const user = await selectUser(tx, id, merged(snapshot, selection), { lock: sql`for update` });
  if (!user) throw new NotFound('user', id);
  return user;
}

/** The user as an admin, as they stand, locked until the transaction ends. @throws NotFound also for a user who is no admin */
export async function lockAdmin(tx: Tx, id: string): Promise<RowOf<User>> {
  const admin = await selectUser(tx, id, snapshot, { where: sql`u.has_platform_access`, lock: sql`for update` });
  if (!admin) throw new NotFound('admin', id);
  return admin;
}

/** A user as an entry of the trail names them. */
export function userResource(user: RowOf<User>) {
  const id = String(user.id);
  return { type: 'user', id, displayId: user.email ?? id };
}
