import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { ConnectionSelection } from '../graphql/selection.js';
import {
  afterPosition,
  all,
  conditionsOf,
  type List,
  orderBy,
  type Page,
  type PageArgs,
  pageOf,
  placeOf,
  type Window,
  windowOf,
} from './page.js';
import { columnsOf, nested, selectList } from './shape.js';
import type { DB } from './types.generated.js';

/** A list that hangs on a parent, such as an org's members. */
export interface ChildList extends List {
  /** The column that holds the parent's internal key. */
  readonly parent: RawBuilder<unknown>;
  /** Whether an index has a parent's rows in the list's order: then a page is read without the rows that are not on it. */
  readonly isIndexed?: boolean;
}

interface ChildRow extends Record<string, unknown> {
  _parent: string;
  _value?: string | null;
  _id?: string | null;
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
  const window = windowOf(args, list.order);
  const columns = columnsOf(list.shape, selection.node);
  // One row more tells whether there is a next page, of each parent.
  const limit = window.size + (selection.wantsNext ? 1 : 0);
  const asked = { list, parentKeys, window, limit, columns, wantsCursors: selection.wantsCursors };
  const pages = list.isIndexed ? pagesByIndex(asked) : pagesByWindow(asked);
  const [{ rows }, totals] = await Promise.all([pages.execute(db), selection.wantsTotal ? countChildren(db, list, parentKeys) : undefined]);
  const byParent = new Map<string, (T & ChildRow)[]>(parentKeys.map((key) => [key, []]));
  for (const row of nested<T & ChildRow>(columns, rows)) byParent.get(row._parent)?.push(row);
  return parentKeys.map((key) => pageOf(list, window, byParent.get(key) ?? [], totals && (totals.get(key) ?? 0)));
}

interface Asked {
  readonly list: ChildList;
  readonly parentKeys: readonly string[];
  readonly window: Window;
  readonly limit: number;
  readonly columns: ReturnType<typeof columnsOf>;
  readonly wantsCursors: boolean;
}

/** Each parent's page is read along the index, and ends where it is full. */
function pagesByIndex({ list, parentKeys, window, limit, columns, wantsCursors }: Asked): RawBuilder<ChildRow> {
  const { order, id, parent, from } = list;
  const shown = [...columns.map(([alias]) => alias), ...(wantsCursors ? ['_value', '_id'] : [])];
  const where = all([sql`${parent} = _k.key`, ...conditionsOf(list), ...afterPosition(order.expression, id, order, window.after)]);
  return sql<ChildRow>`/* ${sql.raw(list.name)} */ select _k.key::text as "_parent", ${sql.join(shown.map((alias) => sql`_p.${sql.id(alias)}`))}
    from unnest(${parentKeys}::bigint[]) _k (key) cross join lateral (
      select ${selectList(columns)}, ${order.expression}::text as "_value", ${order.expression} as "_order", ${id} as "_id"
      from ${from} where ${where} ${orderBy(order.expression, id, order)} limit ${limit} offset ${window.offset}
    ) _p ${orderBy(sql`_p."_order"`, sql`_p."_id"`, order)}`;
}

/**
 * A window over the keys alone tells which rows are on the pages; the columns are read for those rows and no other. Without an index a
 * page of each parent by itself would take the database several times as long.
 */
function pagesByWindow({ list, parentKeys, window, limit, columns, wantsCursors }: Asked): RawBuilder<ChildRow> {
  const { order, id, parent, from, shape } = list;
  const where = all([isOneOf(parent, parentKeys), ...conditionsOf(list), ...afterPosition(order.expression, id, order, window.after)]);
  return sql<ChildRow>`/* ${sql.raw(list.name)} */ with _p as (
      select * from (
        select ${shape.key} as key, ${parent} as parent, row_number() over (partition by ${parent} ${orderBy(order.expression, id, order)}) as place
        from ${from} where ${where}
      ) _w where place > ${window.offset} and place <= ${window.offset + limit}
    )
    select _p.parent::text as "_parent", ${selectList(columns)}${placeOf(list, wantsCursors)}
    from ${from} join _p on _p.key = ${shape.key} order by _p.parent, _p.place`;
}

function isOneOf(parent: RawBuilder<unknown>, keys: readonly string[]): RawBuilder<unknown> {
  return sql`${parent} = any (${keys}::bigint[])`;
}

async function countChildren(db: Kysely<DB>, list: ChildList, parentKeys: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await sql<{ key: string; total: number }>`/* ${sql.raw(list.name)} totals */
    select ${list.parent} as key, count(*)::int as total from ${list.from}
    where ${all([isOneOf(list.parent, parentKeys), ...conditionsOf(list)])} group by ${list.parent}`.execute(db);
  return new Map(rows.map((row) => [row.key, row.total]));
}
