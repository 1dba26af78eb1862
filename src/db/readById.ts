import { CompiledQuery, type Kysely, type RawBuilder, sql } from 'kysely';
import type { Selection } from '../graphql/selection.js';
import { keptIn } from '../kept.js';
import { columnsOf, nested, type Shape, selectList } from './shape.js';
import { readTogether } from './together.js';
import type { DB } from './types.generated.js';

/** A kind of object that is found by its public id. */
export interface Findable {
  /** Stands in the database's own statistics: a comment at the head of the statement. A constant of ours, since it is pasted into the text. */
  readonly name: string;
  readonly shape: Shape;
  /** The FROM clause, with its joins. */
  readonly from: RawBuilder<unknown>;
  readonly id: RawBuilder<string>;
  /** Beyond the id. */
  readonly where?: RawBuilder<unknown>;
}

type Row = Record<string, unknown>;
type Reader = (id: string) => Promise<Row | undefined>;

/** By the columns of a document's selection: those who run one document read together. */
const readers = new WeakMap<Kysely<DB>, WeakMap<object, Reader>>();

/**
 * One object, read together with others for which requests of this process ask at the same time; see `readTogether`.
 * @returns undefined where there is none
 */
export function readById<T>(db: Kysely<DB>, what: Findable, id: string, selection: Selection): Promise<T | undefined> {
  const columns = columnsOf(what.shape, selection);
  const read = keptIn(
    keptIn(readers, db, () => new WeakMap()),
    columns,
    () => readerOf(db, what, columns),
  );
  // The columns were chosen from the type's own shape; TypeScript cannot follow them through SQL text.
  return read(id) as Promise<T | undefined>;
}

function readerOf(db: Kysely<DB>, { name, from, id, where = sql`true` }: Findable, columns: ReturnType<typeof columnsOf>): Reader {
  const place: readonly string[] = [];
  const { sql: text, parameters } = sql`/* ${sql.raw(name)} */ select ${selectList(columns)}, ${id} as "_id" from ${from}
    where ${id} = any (${place}::uuid[]) and ${where}`.compile(db);
  return readTogether(async (ids: readonly string[]) => {
    const { rows } = await db.executeQuery<Row>(
      CompiledQuery.raw(
        text,
        parameters.map((one) => (one === place ? [...new Set(ids)] : one)),
      ),
    );
    const byId = new Map(nested<Row>(columns, rows).map((row) => [row._id, row]));
    return ids.map((one) => byId.get(one.toLowerCase()));
  });
}
