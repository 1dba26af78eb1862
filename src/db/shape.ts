import { createQueryId, PostgresQueryCompiler, type RawBuilder, sql } from 'kysely';
import type { Selection } from '../graphql/selection.js';
import { keptIn } from '../kept.js';

/**
 * How a GraphQL type is read: each field's SQL expression, by the field's name. A field that is not listed is not a
 * column; it has a resolver of its own.
 */
export interface Shape {
  /** The internal key; always selected, as `key`. */
  readonly key: RawBuilder<string>;
  readonly columns: Readonly<Record<string, RawBuilder<unknown>>>;
  /** Columns that resolvers and rules below need, whatever is asked for. */
  readonly always?: readonly string[];
  /** To-one relations that the statement's FROM has joined, by field. Their columns arrive nested. */
  readonly joined?: Readonly<Record<string, Shape>>;
}

/** A row as a shape reads it: the internal key, and those of the type's fields that were asked for. */
export type RowOf<T> = { readonly key: string } & { readonly [F in keyof T]?: T[F] };

type Column = readonly [alias: string, expression: RawBuilder<unknown>];

const kept = new WeakMap<Shape, WeakMap<Selection, readonly Column[]>>();

/** The columns that a selection needs, and nothing more. Made once for a document's selection, which is the same at each execution. */
export function columnsOf(shape: Shape, selection: Selection): readonly Column[] {
  return keptIn(
    keptIn(kept, shape, () => new WeakMap()),
    selection,
    () => chosen(shape, selection),
  );
}

function chosen(shape: Shape, selection: Selection): readonly Column[] {
  const names = new Set([...(shape.always ?? []), ...selection.keys()]);
  const own = [...names].flatMap((name): Column[] => {
    const expression = shape.columns[name];
    return expression ? [[name, expression]] : [];
  });
  const joined = Object.entries(shape.joined ?? {}).flatMap(([field, relation]) => {
    const asked = selection.get(field);
    return asked ? columnsOf(relation, asked).map(([alias, expression]): Column => [`${field}.${alias}`, expression]) : [];
  });
  return [['key', shape.key], ...own, ...joined];
}

const lists = new WeakMap<readonly Column[], RawBuilder<unknown>>();
const compiler = new PostgresQueryCompiler();

/** `expression as "alias", …` for a SELECT. Compiled once: a list of many columns would cost each statement anew. */
export function selectList(columns: readonly Column[]): RawBuilder<unknown> {
  const known = lists.get(columns);
  if (known) return known;
  const built = sql.join(columns.map(([alias, expression]) => sql`${expression} as ${sql.id(alias)}`));
  const { sql: text, parameters } = compiler.compileQuery(built.toOperationNode(), createQueryId());
  const list = parameters.length === 0 ? sql.raw(text) : built;
  lists.set(columns, list);
  return list;
}

/** Columns that make up one object of a row: the row itself at the empty path, a joined relation at the fields that lead to it. */
interface Part {
  readonly path: readonly string[];
  readonly columns: { readonly alias: string; readonly name: string }[];
}

const partsOfColumns = new WeakMap<readonly Column[], readonly Part[]>();

/** The row itself first. Found once for the columns of a document, as they are. */
function partsOf(columns: readonly Column[]): readonly Part[] {
  const known = partsOfColumns.get(columns);
  if (known) return known;
  const parts = new Map<string, Part>();
  for (const [alias] of columns) {
    const path = alias.split('.');
    const name = path.pop() ?? '';
    const part = parts.get(path.join('.')) ?? { path, columns: [] };
    part.columns.push({ alias, name });
    parts.set(path.join('.'), part);
  }
  const sorted = [...parts.values()].sort((a, b) => a.path.length - b.path.length);
  partsOfColumns.set(columns, sorted);
  return sorted;
}

/** Folds the columns of joined relations, `user.email`, into objects, `user: { email }`; null where nothing was joined. */
export function nested<T>(columns: readonly Column[], rows: Record<string, unknown>[]): T[] {
  const [own, ...relations] = partsOf(columns);
  // The columns were chosen from the type's own shape; TypeScript cannot follow them through SQL text.
  if (!own || relations.length === 0) return rows as T[];
  const folded = new Set(relations.flatMap((relation) => relation.columns.map(({ alias }) => alias)));
  // The statement's own columns with them, such as a row's place.
  const plain = Object.keys(rows[0] ?? {}).filter((name) => !folded.has(name));
  // New objects: to delete properties of a row would make each access to it slow.
  return rows.map((row) => {
    const made: Record<string, unknown> = {};
    for (const name of plain) made[name] = row[name];
    for (const relation of relations) fold(relation, row, made);
    return made as T;
  });
}

function fold({ path, columns }: Part, row: Record<string, unknown>, into: Record<string, unknown>): void {
  let at: Record<string, unknown> | null = into;
  // Relations come outer ones first, and each is an object or null.
  for (let i = 0; i < path.length - 1; i += 1) at = at && (at[path[i] ?? ''] as Record<string, unknown> | null);
  if (!at) return;
  const made: Record<string, unknown> = {};
  for (const { alias, name } of columns) made[name] = row[alias];
  at[path.at(-1) ?? ''] = made.key === null ? null : made;
}
