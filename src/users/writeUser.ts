import { type RawBuilder, sql } from 'kysely';
import type { Tx } from '../audit/entry.js';
import { snapshotSelection } from '../audit/snapshots/snapshots.js';
import { columnsOf, nested, type RowOf, selectList } from '../db/shape.js';
import { violatedUnique } from '../db/violations.js';
import { Conflict } from '../errors.js';
import { merged, type Selection } from '../graphql/selection.js';
import { userShape } from './users.shape.js';
import type { User } from './users.types.js';

const takenNames: Readonly<Record<string, { readonly field: string; readonly message: string }>> = {
  users_email_key: { field: 'email', message: 'The email belongs to another user.' },
  users_username_key: { field: 'username', message: 'The username belongs to another user.' },
};

/** The error of a write that another user's name stands in the way of; any other error as it is. */
export function nameConflict(error: unknown): unknown {
  const taken = takenNames[violatedUnique(error) ?? ''];
  return taken ? new Conflict(taken.message, { field: taken.field }, { cause: error }) : error;
}

const snapshot = snapshotSelection('user');

/**
 * Writes a locked user and reads back, in one statement, what an entry keeps and what was selected.
 * @throws Conflict naming the email or the username that belongs to another user
 */
export async function writeUser(tx: Tx, key: string, sets: readonly RawBuilder<unknown>[], selection: Selection): Promise<RowOf<User>> {
  const columns = columnsOf(userShape, merged(snapshot, selection));
  const all = [...sets, sql`version = version + 1`, sql`updated_at = now()`];
  try {
    const { rows } = await sql<
      Record<string, unknown>
    >`/* write user */ update users u set ${sql.join(all)} where u.id = ${key} returning ${selectList(columns)}`.execute(tx);
    const [user] = nested<RowOf<User>>(columns, rows);
    if (!user) throw new Error('A locked user was gone.');
    return user;
  } catch (error) {
    throw nameConflict(error);
  }
}
