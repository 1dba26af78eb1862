import { type QueryExecutorProvider, type RawBuilder, sql } from 'kysely';
import { Invalid } from '../errors.js';
import type { ConnectionSelection } from '../graphql/selection.js';
import { type CursorOrder, decodeCursor, encodeCursor, type Position } from './cursor.js';
import { columnsOf, nested, type Shape, selectList } from './shape.js';
import { found, type Search } from './text.js';

/** Which part of a list: the first rows after a cursor, or page number `page` of that size. */
export interface PageArgs {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly page?: number | null;
}

export interface ListOrder extends CursorOrder {
  /** Never null. */
  readonly expression: RawBuilder<unknown>;
  readonly direction: 'asc' | 'desc';
}

/** A list as one statement reads it. */
export interface List {
  /** Stands in the database's own statistics: a comment at the head of the statement. A constant of ours, since it is pasted into the text. */
  readonly name: string;
  readonly shape: Shape;
  /** The FROM clause, with its joins. */
  readonly from: RawBuilder<unknown>;
  /** The public id of a row: the second key of every order. */
  readonly id: RawBuilder<string>;
  readonly where: readonly RawBuilder<unknown>[];
  /** What is searched for: all that matches is found first, and then put in order. */
  readonly search?: Search;
  readonly order: ListOrder;
  /**
   * The table has many partitions, and to plan takes longer than to read. A LIMIT that is a parameter is taken for a tenth of all rows, with
   * which no plan for any parameters looks as good as a new one; so it stands in the statement's text, rounded up.
   */
  readonly isPlannedOnce?: boolean;
}

/** What a LIMIT is rounded up to where it stands in the text: few, since each is a statement of its own that is prepared. */
const limits = [11, 26, 51, 101];

/** What a row of the list must meet. */
export function conditionsOf({ where, search }: Pick<List, 'where' | 'search'>): readonly RawBuilder<unknown>[] {
  return search ? [...where, found(search)] : where;
}

export interface Page<T> {
  readonly nodes: readonly T[];
  /** One for each node. */
  readonly cursors: readonly string[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  /** How many rows the list has in all; undefined where nobody asked. */
  readonly totalCount?: number;
  /** Rows that were asked for. */
  readonly size: number;
  /** Number of the page, counted from 1; a list that is paged by cursor stays at 1. */
  readonly number: number;
}

export const defaultPageSize = 50;
/** The largest page of any surface; each surface may allow less. */
export const maxPageSize = 200;

export interface Window {
  readonly size: number;
  readonly offset: number;
  readonly after: Position | undefined;
}

/** @throws Invalid naming `first`, `page` or `after` */
export function windowOf(args: PageArgs, order: ListOrder): Window {
  const size = args.first ?? defaultPageSize;
  if (size < 1 || size > maxPageSize) {
    throw Invalid.field(['first'], `A page has between 1 and ${maxPageSize} rows.`, 'value_error', { ge: 1, le: maxPageSize });
  }
  const page = args.page ?? 1;
  if (page < 1) throw Invalid.field(['page'], 'Pages are counted from 1.', 'greater_than_equal', { ge: 1 });
  const { after = null } = args;
  if (after !== null && args.page) throw Invalid.field(['page'], 'A list is paged by cursor or by number, not by both.');
  return { size, offset: (page - 1) * size, after: after === null ? undefined : decodeCursor(order, after) };
}

/** The row, its place in the order, and, where the list is counted, the count. */
interface ListRow extends Record<string, unknown> {
  _value?: string | null;
  _id?: string | null;
  _total?: number;
}

/**
 * Reads one page in one statement, and its total with it where it is asked for.
 * @throws Invalid naming the argument at fault
 */
export async function readPage<T>(db: QueryExecutorProvider, list: List, args: PageArgs, selection: ConnectionSelection): Promise<Page<T>> {
  const window = windowOf(args, list.order);
  const columns = columnsOf(list.shape, selection.node);
  const statement =
    selection.wantsTotal || list.search ? countedPage(list, window, columns) : plainPage(list, window, columns, selection.wantsCursors);
  const { rows } = await statement.execute(db);
  // A counted list answers one row of nulls where the page is empty, to carry the count.
  const found = rows.filter((row) => row._id !== null);
  return pageOf(list, window, nested<T & ListRow>(columns, found), rows[0]?._total);
}

type Columns = ReturnType<typeof columnsOf>;

function plainPage(list: List, window: Window, columns: Columns, wantsCursors: boolean): RawBuilder<ListRow> {
  const { order, id } = list;
  const where = all([...conditionsOf(list), ...afterPosition(order.expression, id, order, window.after)]);
  const limit = limits.find((step) => step > window.size) ?? maxPageSize + 1;
  const range =
    list.isPlannedOnce && window.offset === 0 ? sql`limit ${sql.lit(limit)}` : sql`limit ${window.size + 1} offset ${window.offset}`;
  return sql<ListRow>`/* ${sql.raw(list.name)} */ select ${selectList(columns)}${placeOf(list, wantsCursors)}
    from ${list.from} where ${where} ${orderBy(order.expression, id, order)} ${range}`;
}

/** Further columns that a cursor is made of. */
export function placeOf({ order, id }: List, wantsCursors: boolean): RawBuilder<unknown> {
  return wantsCursors ? sql`, ${order.expression}::text as "_value", ${id} as "_id"` : sql``;
}

/**
 * The matches are found once, for the page and for its total; the columns are read for the page's rows alone. The names
 * begin with an underscore, as no table's alias does.
 */
function countedPage(list: List, window: Window, columns: Columns): RawBuilder<ListRow> {
  const { order, id } = list;
  const [value, match] = [sql`_m.value`, sql<string>`_m.id`];
  return sql<ListRow>`/* ${sql.raw(list.name)} with total */ with _m as materialized (
      select ${list.shape.key} as key, ${order.expression} as value, ${id} as id from ${list.from} where ${all(conditionsOf(list))}
    ), _p as (
      select _m.key, _m.value, _m.id from _m where ${all(afterPosition(value, match, order, window.after))}
      ${orderBy(value, match, order)} limit ${window.size + 1} offset ${window.offset}
    )
    select c.total as "_total", r.* from (select count(*)::int as total from _m) c
    left join (
      select ${selectList(columns)}, _p.value::text as "_value", _p.id as "_id", _p.value as "_order"
      from ${list.from} join _p on ${list.shape.key} = _p.key
    ) r on true ${orderBy(sql`r."_order"`, sql`r."_id"`, order)}`;
}

export function orderBy(value: RawBuilder<unknown>, id: RawBuilder<unknown>, { direction }: ListOrder): RawBuilder<unknown> {
  const way = sql.raw(direction);
  return sql`order by ${value} ${way}, ${id} ${way}`;
}

export function afterPosition(
  value: RawBuilder<unknown>,
  id: RawBuilder<unknown>,
  order: ListOrder,
  after: Position | undefined,
): RawBuilder<unknown>[] {
  if (!after) return [];
  const isBeyond = sql.raw(order.direction === 'asc' ? '>' : '<');
  // The same of the time alone: the database leaves partitions out by a column, and not by a pair.
  const inReach = order.type === 'timestamptz' ? [sql`${value} ${isBeyond}= ${after.value}::timestamptz`] : [];
  return [...inReach, sql`(${value}, ${id}) ${isBeyond} (${after.value}::${sql.raw(order.type)}, ${after.id}::uuid)`];
}

export function all(conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return conditions.length === 0 ? sql`true` : sql.join([...conditions], sql` and `);
}

interface Placed {
  readonly _value?: string | null;
  readonly _id?: string | null;
}

/** Cuts the row that only told that there is a next page, and gives each remaining one its cursor. */
export function pageOf<T>(list: Pick<List, 'order'>, window: Window, rows: readonly (T & Placed)[], totalCount?: number): Page<T> {
  return new PageOfRows(list.order, window, rows, totalCount);
}

/** A class for its getter, as `ConnectionOfPage` is. */
class PageOfRows<T> implements Page<T> {
  readonly nodes: readonly (T & Placed)[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly totalCount: number | undefined;
  readonly size: number;
  readonly number: number;
  readonly #order: ListOrder;
  #cursors: readonly string[] | undefined;

  constructor(order: ListOrder, window: Window, rows: readonly (T & Placed)[], totalCount: number | undefined) {
    this.nodes = rows.slice(0, window.size);
    this.hasNextPage = rows.length > window.size;
    this.hasPreviousPage = window.after !== undefined || window.offset > 0;
    this.totalCount = totalCount;
    this.size = window.size;
    this.number = window.offset / window.size + 1;
    this.#order = order;
  }

  /** Made where they are asked for: most clients read neither cursors nor edges. */
  get cursors(): readonly string[] {
    this.#cursors ??= this.nodes.map((row) => encodeCursor(this.#order, { value: row._value ?? '', id: row._id ?? '' }));
    return this.#cursors;
  }
}
