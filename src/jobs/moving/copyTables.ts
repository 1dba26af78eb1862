import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';

/** A table of a tenant, as it is on both sides of a move. */
export interface TenantTable {
  readonly name: string;
  /** Those that hold data of their own, in their order. */
  readonly columns: readonly string[];
  /** Those of the primary key; none where there is no such key. */
  readonly key: readonly string[];
  /** The one that numbers its rows, where there is one. */
  readonly identity: string | null;
}

/** What a table holds: equal where it holds the same rows, in whatever order. */
export interface TableSum {
  readonly rows: number;
  readonly checksum: string;
}

/** Made by migrations on either side, and not copied. */
const ownTables = ['tenant_migrations'];

/** The tables of a tenant's schema, each behind those that it refers to, and those that refer to nothing and nothing refers to last. */
export async function tablesInOrder(client: pg.Client, schema: string): Promise<TenantTable[]> {
  const { rows: tables } = await client.query<TenantTable & { refers_to: string[]; is_referred_to: boolean }>(
    `/* tables to copy */ select c.relname as name,
        array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
          and a.attgenerated = '' order by a.attnum) as columns,
        array(select a.attname::text from pg_index i join pg_attribute a on a.attrelid = i.indrelid and a.attnum = any (i.indkey)
          where i.indrelid = c.oid and i.indisprimary order by a.attnum) as key,
        (select a.attname from pg_attribute a where a.attrelid = c.oid and a.attidentity <> '') as identity,
        array(select distinct p.relname::text from pg_constraint k join pg_class p on p.oid = k.confrelid
          where k.conrelid = c.oid and k.contype = 'f' and p.oid <> c.oid) as refers_to,
        exists (select from pg_constraint k where k.confrelid = c.oid and k.contype = 'f') as is_referred_to
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = $1 and c.relkind = 'r' and c.relname <> all ($2) order by c.relname`,
    [schema, ownTables],
  );
  const ordered: TenantTable[] = [];
  const standsAlone = (table: (typeof tables)[number]) => table.refers_to.length === 0 && !table.is_referred_to;
  let waiting = tables.filter((table) => !standsAlone(table));
  while (waiting.length > 0) {
    const ready = waiting.filter((table) => table.refers_to.every((name) => ordered.some((done) => done.name === name)));
    if (ready.length === 0) throw new Error('Tables of a tenant refer to each other in a circle.');
    ordered.push(...ready);
    waiting = waiting.filter((table) => !ready.includes(table));
  }
  return [...ordered, ...tables.filter(standsAlone)];
}

/** A table of a schema, quoted for a statement. */
export const named = (schema: string, { name }: Pick<TenantTable, 'name'>) => `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`;

/** Empties tables of a copy; those that refer to one of them must be among them. */
export async function emptyTables(client: pg.Client, schema: string, tables: readonly TenantTable[]): Promise<void> {
  if (tables.length > 0) await client.query(`truncate ${tables.map((table) => named(schema, table)).join(', ')}`);
}

/** Copies a table's rows, as they are stored, from one server to the other; nothing is held in memory. */
export async function copyTable(source: pg.Client, target: pg.Client, schema: string, table: TenantTable): Promise<void> {
  const columns = table.columns.map(pg.escapeIdentifier).join(', ');
  await pipeline(
    source.query(copyTo(`copy ${named(schema, table)} (${columns}) to stdout`)),
    target.query(copyFrom(`copy ${named(schema, table)} (${columns}) from stdin`)),
  );
}

/** How many rows a table has by now. */
export async function countRows(client: pg.Client, schema: string, table: TenantTable): Promise<number> {
  const { rows } = await client.query<{ n: string }>(`select count(*) as n from ${named(schema, table)}`);
  return Number(rows[0]?.n ?? 0);
}

/** Some columns of a row as one text: equal where they are. */
export function rowText(alias: string, columns: readonly string[]): string {
  return `row(${columns.map((name) => `${alias}.${pg.escapeIdentifier(name)}`).join(', ')})::text`;
}

/** Sums up a table: the number of its rows, and the sum of the 64-bit hashes of their texts. */
export async function sumOf(client: pg.Client, schema: string, table: TenantTable): Promise<TableSum> {
  const { rows } = await client.query<{ rows: string; checksum: string }>(
    `select count(*) as rows, coalesce(sum(hashtextextended(${rowText('t', table.columns)}, 0)), 0)::text as checksum
      from ${named(schema, table)} t`,
  );
  return { rows: Number(rows[0]?.rows ?? 0), checksum: rows[0]?.checksum ?? '0' };
}

/** Lets the copy number its next row as the original would. */
export async function copyNumbering(source: pg.Client, target: pg.Client, schema: string, table: TenantTable): Promise<void> {
  if (table.identity === null) return;
  const sequence = async (client: pg.Client) => {
    const { rows } = await client.query<{ name: string }>('select pg_get_serial_sequence($1, $2) as name', [
      named(schema, table),
      table.identity,
    ]);
    return rows[0]?.name ?? '';
  };
  const { rows } = await source.query<{ last_value: string; is_called: boolean }>(
    `select last_value, is_called from ${await sequence(source)}`,
  );
  const [state] = rows;
  if (state) await target.query('select setval($1::regclass, $2, $3)', [await sequence(target), state.last_value, state.is_called]);
}
