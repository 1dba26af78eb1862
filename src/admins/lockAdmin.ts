import { sql } from 'kysely';
import type { Tx } from '../audit/entry.js';
import { snapshotSelection } from '../audit/snapshots.js';
import { columnsOf, nested, type RowOf, selectList } from '../db/shape.js';
import { NotFound } from '../errors.js';
import { userShape } from '../users/users.shape.js';
import type { User } from '../users/users.types.js';

const columns = columnsOf(userShape, snapshotSelection('user'));

/** The admin as they stand, locked until the transaction ends. @throws NotFound also for a user who is no admin */
export async function lockAdmin(tx: Tx, id: string): Promise<RowOf<User>> {
  const { rows } = await sql<Record<string, unknown>>`select ${selectList(columns)} from users u
    where u.public_id = ${id} and u.has_platform_access and u.deleted_at is null for update`.execute(tx);
  const [admin] = nested<RowOf<User>>(columns, rows);
  if (!admin) throw new NotFound('admin', id);
  return admin;
}

/** An admin as an entry of the trail names them. */
export function adminResource(admin: RowOf<User>) {
  const id = String(admin.id);
  return { type: 'admin', id, displayId: admin.email ?? id };
}
