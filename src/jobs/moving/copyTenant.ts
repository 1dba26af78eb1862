import pg from 'pg';
import { Unavailable } from '../../errors.js';
import { schemaLock } from '../../tenancy/tenantSchema.js';
import type { DutyContext } from '../../worker/duty.js';
import type { HeldJob } from '../queue/heldJob.js';
import { requireHeld } from '../queue/hold.js';
import { copyNumbering, copyTable, countRows, emptyTables, sumOf, type TableSum, type TenantTable, tablesInOrder } from './copyTables.js';
import type { Move } from './move.js';
import { bringRows, differingPortions, dropRows, portionsOf, totalOf } from './tableDifferences.js';

/** Runs `work` with one snapshot of the original, and a transaction on the copy that is committed only while the job is held. */
function betweenBoth<T>(
  { db, shardPools }: DutyContext,
  job: HeldJob,
  { from, to, schema }: Move,
  work: (source: pg.Client, target: pg.Client) => Promise<T>,
): Promise<T> {
  return shardPools.alone(from, (source) =>
    shardPools.alone(to, async (target) => {
      await source.query('begin isolation level repeatable read read only');
      await target.query(`begin; set local lock_timeout = '10s'`);
      // Whoever had the job before is waited for here, and commits nothing afterwards.
      await target.query('select pg_advisory_xact_lock($1, hashtext($2))', [schemaLock, schema]);
      await requireHeld(db, job);
      const result = await work(source, target);
      await requireHeld(db, job);
      await target.query('commit');
      return result;
    }),
  );
}

interface Copied {
  readonly table: string;
  readonly rows: number;
  readonly total: number;
}

/** Copies all tables in one transaction. What it tells of is told when it is committed. */
export async function* copyAll(ctx: DutyContext, job: HeldJob, move: Move): AsyncGenerator<Copied> {
  const { schema } = move;
  const counts = await betweenBoth(ctx, job, move, async (source, target) => {
    const tables = await tablesInOrder(target, schema);
    await emptyTables(target, schema, tables);
    const rows: [string, number][] = [];
    for (const table of tables) {
      await copyTable(source, target, schema, table);
      rows.push([table.name, await countRows(target, schema, table)]);
    }
    return rows;
  });
  const total = counts.reduce((sum, [, rows]) => sum + rows, 0);
  for (const [table, rows] of counts) yield { table, rows, total };
}

/**
 * Brings the copy up to the original, which is frozen: only what differs is copied again.
 * @returns the sums of all tables, which are equal on both sides
 * @throws Unavailable where the copy differs all the same
 */
export async function catchUp(ctx: DutyContext, job: HeldJob, move: Move): Promise<Record<string, TableSum>> {
  const { schema } = move;
  return betweenBoth(ctx, job, move, async (source, target) => {
    const tables = await tablesInOrder(target, schema);
    const sums: Record<string, TableSum> = {};
    const behind: BehindTable[] = [];
    for (const table of tables) {
      const [original, copy] = await Promise.all([portionsOf(source, schema, table), portionsOf(target, schema, table)]);
      const portions = differingPortions(original, copy);
      if (portions.length === 0) sums[table.name] = totalOf(copy);
      else behind.push({ table, portions });
    }
    for (const table of await bringUp(source, target, schema, tables, behind)) {
      const [original, copy] = await Promise.all([sumOf(source, schema, table), sumOf(target, schema, table)]);
      if (original.rows !== copy.rows || original.checksum !== copy.checksum) {
        throw new Unavailable(`The copy of ${table.name} differs from the original.`);
      }
      sums[table.name] = copy;
    }
    for (const table of tables) await copyNumbering(source, target, schema, table);
    return sums;
  });
}

interface BehindTable {
  readonly table: TenantTable;
  /** Those in which it differs from the original. */
  readonly portions: readonly number[];
}

/**
 * Copies what differs, row by row; or else, where keys went from one row to another and the rows can't follow each other, the tables
 * from the first that differs on.
 * @returns the tables that were written to
 */
async function bringUp(
  source: pg.Client,
  target: pg.Client,
  schema: string,
  tables: readonly TenantTable[],
  behind: readonly BehindTable[],
): Promise<readonly TenantTable[]> {
  const [first] = behind;
  if (!first) return [];
  await target.query('savepoint row_by_row');
  try {
    for (const { table, portions } of behind) await bringRows(source, target, schema, table, portions);
    // Those that refer to others go before them.
    for (const { table, portions } of [...behind].reverse()) await dropRows(target, schema, table, portions);
    return behind.map(({ table }) => table);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    await target.query('rollback to savepoint row_by_row');
  }
  const again = tables.slice(tables.indexOf(first.table));
  await emptyTables(target, schema, again);
  for (const table of again) await copyTable(source, target, schema, table);
  return again;
}
