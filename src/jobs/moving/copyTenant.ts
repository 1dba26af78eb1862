import type pg from 'pg';
import { Unavailable } from '../../errors.js';
import { schemaLock } from '../../tenancy/tenantSchema.js';
import type { DutyContext } from '../../worker/duty.js';
import type { HeldJob } from '../queue/heldJob.js';
import { requireHeld } from '../queue/hold.js';
import { copyNumbering, copyTable, countRows, emptyTables, sumOf, type TableSum, type TenantTable, tablesInOrder } from './copyTables.js';
import type { Move } from './move.js';

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

/** Copies again what has changed, and what refers to it; the original is frozen. @throws Unavailable where the copy differs all the same */
export async function catchUp(ctx: DutyContext, job: HeldJob, move: Move): Promise<Record<string, TableSum>> {
  const { schema } = move;
  return betweenBoth(ctx, job, move, async (source, target) => {
    const tables = await tablesInOrder(target, schema);
    const same = await firstDifference(source, target, schema, tables);
    const behind = tables.slice(Object.keys(same).length);
    await emptyTables(target, schema, behind);
    for (const table of behind) await copyTable(source, target, schema, table);
    const copied = await firstDifference(source, target, schema, behind);
    const sums = { ...same, ...copied };
    const different = tables.find(({ name }) => sums[name] === undefined);
    if (different) throw new Unavailable(`The copy of ${different.name} differs from the original.`);
    for (const table of tables) await copyNumbering(source, target, schema, table);
    return sums;
  });
}

/** The sums of the tables that are equal on both sides, up to the first that is not. */
async function firstDifference(source: pg.Client, target: pg.Client, schema: string, tables: readonly TenantTable[]) {
  const equal: Record<string, TableSum> = {};
  for (const table of tables) {
    const [original, copy] = await Promise.all([sumOf(source, schema, table), sumOf(target, schema, table)]);
    if (original.rows !== copy.rows || original.checksum !== copy.checksum) break;
    equal[table.name] = copy;
  }
  return equal;
}
