import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { ConnectionSelection } from '../graphql/selection.js';
import { afterPosition, all, type List, orderBy, type Page, type PageArgs, pageOf, windowOf } from './page.js';
import { columnsOf, nested, selectList } from './shape.js';
import type { DB } from './types.generated.js';

/** A list that hangs on a parent, such as an org's members. */
export interface ChildList extends List {
  /** The column that holds the parent's internal key. */
  readonly parent: RawBuilder<unknown>;
}

interface ChildRow extends Record<string, unknown> {
  _parent: string;
  _value: string | null;
  _id: string | null;
}

/**
 * Reads the same page of many parents' lists in one statement, and a second one where totals are asked for.
 * @returns a page for each key, in the order of the keys
 * @throws Invalid naming the argument at fault
 */
export async function readChildPages<T>(
  db: Kysely<DB>,
  list: ChildList,
  parentKeys: readonly string[],
  args: PageArgs,
  selection: ConnectionSelection,
): Promise<Page<T>[]> {
  const { order, id } = list;
  const window = windowOf(args, order);
  const columns = columnsOf(list.shape, selection.node);
  const where = all([sql`${list.parent} = k.key`, ...list.where, ...afterPosition(order.expression, id, order, window.after)]);
  const pages = sql<ChildRow>`/* ${sql.raw(list.name)} */ select k.key::text as "_parent", r.*
    from unnest(${parentKeys}::bigint[]) with ordinality as k (key, place)
    cross join lateral (
      select ${selectList(columns)}, ${order.expression}::text as "_value", ${id} as "_id"
      from ${list.from} where ${where} ${orderBy(order.expression, id, order)} limit ${window.size + 1} offset ${window.offset}
    ) r order by k.place`;

  const [{ rows }, totals] = await Promise.all([pages.execute(db), selection.wantsTotal ? countChildren(db, list, parentKeys) : undefined]);
  const byParent = new Map<string, (T & ChildRow)[]>(parentKeys.map((key) => [key, []]));
  for (const row of nested<T & ChildRow>(columns, rows)) byParent.get(row._parent)?.push(row);
  return parentKeys.map((key) => pageOf(list, window, byParent.get(key) ?? [], totals && (totals.get(key) ?? 0)));
}

async function countChildren(db: Kysely<DB>, list: ChildList, parentKeys: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await sql<{ key: string; total: number }>`/* ${sql.raw(list.name)} totals */
    select ${list.parent} as key, count(*)::int as total from ${list.from}
    where ${all([sql`${list.parent} = any (${parentKeys}::bigint[])`, ...list.where])} group by ${list.parent}`.execute(db);
  return new Map(rows.map((row) => [row.key, row.total]));
}
