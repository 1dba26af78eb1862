import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Tx } from '../audit/entry.js';
import { columnsOf, nested, selectList } from '../db/shape.js';
import type { DB } from '../db/types.generated.js';
import type { Selection } from '../graphql/selection.js';
import { groupShape } from './groups.shape.js';

/** The groups `g` for which a condition holds. */
export async function selectGroups<T>(db: Kysely<DB> | Tx, where: RawBuilder<unknown>, selection: Selection): Promise<T[]> {
  const columns = columnsOf(groupShape, selection);
  const { rows } = await sql<Record<string, unknown>>`/* groups */ select ${selectList(columns)} from groups g where ${where}`.execute(db);
  return nested<T>(columns, rows);
}
