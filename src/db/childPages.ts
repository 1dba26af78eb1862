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
 * Reads the same page of many parents' lists in one statement, and a second one where totals are asked for. Which rows are on the pages
 * is told by a window over their keys alone; the columns are read for those rows and no other.
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
  const { order, id, parent, from, shape } = list;
  const window = windowOf(args, order);
  const columns = columnsOf(shape, selection.node);
  const where = all([isOneOf(parent, parentKeys), ...list.where, ...afterPosition(order.expression, id, order, window.after)]);
  const pages = sql<ChildRow>`/* ${sql.raw(list.name)} */ with _p as (
      select * from (
        select ${shape.key} as key, ${parent} as parent, row_number() over (partition by ${parent} ${orderBy(order.expression, id, order)}) as place
        from ${from} where ${where}
      ) _w where place > ${window.offset} and place <= ${window.offset + window.size + 1}
    )
    select _p.parent::text as "_parent", ${selectList(columns)}, ${order.expression}::text as "_value", ${id} as "_id"
    from ${from} join _p on _p.key = ${shape.key} order by _p.parent, _p.place`;

  const [{ rows }, totals] = await Promise.all([pages.execute(db), selection.wantsTotal ? countChildren(db, list, parentKeys) : undefined]);
  const byParent = new Map<string, (T & ChildRow)[]>(parentKeys.map((key) => [key, []]));
  for (const row of nested<T & ChildRow>(columns, rows)) byParent.get(row._parent)?.push(row);
  return parentKeys.map((key) => pageOf(list, window, byParent.get(key) ?? [], totals && (totals.get(key) ?? 0)));
}

function isOneOf(parent: RawBuilder<unknown>, keys: readonly string[]): RawBuilder<unknown> {
  return sql`${parent} = any (${keys}::bigint[])`;
}

async function countChildren(db: Kysely<DB>, list: ChildList, parentKeys: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await sql<{ key: string; total: number }>`/* ${sql.raw(list.name)} totals */
    select ${list.parent} as key, count(*)::int as total from ${list.from}
    where ${all([isOneOf(list.parent, parentKeys), ...list.where])} group by ${list.parent}`.execute(db);
  return new Map(rows.map((row) => [row.key, row.total]));
}
