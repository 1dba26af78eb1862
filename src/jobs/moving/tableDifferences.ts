import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { named, rowText, type TableSum, type TenantTable } from './copyTables.js';

/** The sums of a table's rows, in portions by the hash of their keys: where two copies differ, most portions are equal. */
export type Portions = ReadonlyMap<number, TableSum>;

/** A power of two. Of a table of five million rows, a portion has some hundreds. */
const portionCount = 8_192;

/** The portion of a row of `t`. */
function portion({ key }: TenantTable): string {
  return `(hashtextextended(${rowText('t', key)}, 0) & ${portionCount - 1})::int`;
}

/** How many rows each portion of a table has, and a checksum over them that their order does not change. */
export async function portionsOf(client: pg.Client, schema: string, table: TenantTable): Promise<Portions> {
  const { rows } = await client.query<{ portion: number; rows: string; checksum: string }>(
    `select ${portion(table)} as portion, count(*) as rows, sum(hashtextextended(${rowText('t', table.columns)}, 0))::text as checksum
      from ${named(schema, table)} t group by 1`,
  );
  return new Map(rows.map(({ portion: number, rows: count, checksum }) => [number, { rows: Number(count), checksum }]));
}

/** The portions that are not equal in both copies. */
export function differingPortions(one: Portions, other: Portions): number[] {
  const isEqual = (a: TableSum | undefined, b: TableSum | undefined) => a?.rows === b?.rows && a?.checksum === b?.checksum;
  return [...new Set([...one.keys(), ...other.keys()])].filter((number) => !isEqual(one.get(number), other.get(number)));
}

/** The sum of the whole table, as `sumOf` makes it. */
export function totalOf(portions: Portions): TableSum {
  const sums = [...portions.values()];
  return {
    rows: sums.reduce((total, { rows }) => total + rows, 0),
    checksum: sums.reduce((total, { checksum }) => total + BigInt(checksum), 0n).toString(),
  };
}

const names = (columns: readonly string[]) => columns.map(pg.escapeIdentifier).join(', ');

/** Where the rows of a table wait on the target, to the end of the transaction. */
const waiting = ({ name }: TenantTable) => pg.escapeIdentifier(`moved_${name}`.slice(0, 63));

/** Adds to a copy what is new in some portions of the original, and changes what has changed. What is gone stays for now. */
export async function bringRows(
  source: pg.Client,
  target: pg.Client,
  schema: string,
  table: TenantTable,
  portions: readonly number[],
): Promise<void> {
  const columns = names(table.columns);
  await target.query(
    `create temporary table ${waiting(table)} on commit drop as select ${columns} from ${named(schema, table)} with no data`,
  );
  const chosen = `${portion(table)} = any ('{${portions.join(',')}}'::int[])`;
  await pipeline(
    source.query(copyTo(`copy (select ${columns} from ${named(schema, table)} t where ${chosen}) to stdout`)),
    target.query(copyFrom(`copy ${waiting(table)} (${columns}) from stdin`)),
  );
  const others = table.columns.filter((column) => !table.key.includes(column));
  const change =
    others.length === 0
      ? 'nothing'
      : `update set ${others.map((column) => `${pg.escapeIdentifier(column)} = excluded.${pg.escapeIdentifier(column)}`).join(', ')}
        where ${rowText('t', table.columns)} <> ${rowText('excluded', table.columns)}`;
  await target.query(`insert into ${named(schema, table)} as t (${columns}) overriding system value
    select ${columns} from ${waiting(table)} on conflict (${names(table.key)}) do ${change}`);
}

/** Deletes from some portions of a copy what is gone from the original: what `bringRows` did not find there. */
export async function dropRows(target: pg.Client, schema: string, table: TenantTable, portions: readonly number[]): Promise<void> {
  const isThere = table.key.map((column) => `w.${pg.escapeIdentifier(column)} = t.${pg.escapeIdentifier(column)}`).join(' and ');
  await target.query(`delete from ${named(schema, table)} t where ${portion(table)} = any ('{${portions.join(',')}}'::int[])
    and not exists (select from ${waiting(table)} w where ${isThere})`);
}
