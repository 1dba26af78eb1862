import { type Kysely, sql } from 'kysely';
import type pg from 'pg';
import { recordEntry } from '../../audit/record.js';
import type { DB } from '../../db/types.generated.js';
import { Unavailable } from '../../errors.js';
import { lockOrg } from '../../orgs/orgs.service.js';
import { freezeSchema } from '../../tenancy/freeze.js';
import { placementOf } from '../../tenancy/placement.js';
import { addressOf, type ShardAddress } from '../../tenancy/shardAddress.js';
import { dropTenantSchema, makeTenantSchema, neededMigrations, schemaLock } from '../../tenancy/tenantSchema.js';
import type { DutyContext } from '../../worker/duty.js';
import { type HeldJob, JobGivenUp, type JobProgress } from '../queue/heldJob.js';
import { requireHeld } from '../queue/hold.js';
import { copyNumbering, copyTable, countRows, emptyTables, sumOf, type TableSum, type TenantTable, tablesInOrder } from './copyTables.js';
import { areOneDatabase } from './oneDatabase.js';

/** Days for which the copy that an org has left is kept. */
const keptDays = 7;
/** How often a move is begun anew, or taken up, before it is given up. */
const maxTries = 10;

interface Move {
  readonly from: ShardAddress;
  readonly to: ShardAddress;
  readonly schema: string;
}

interface Statistics {
  readonly tries: number;
  /** Whether there is a whole copy, which may have fallen behind since. */
  readonly isCopied: boolean;
  /** Rows that were copied while the org could be written to, and the milliseconds that this took. */
  readonly copiedRows: number;
  readonly copyMs: number;
}

/**
 * Moves a tenant to another shard. The copy is made while the org is written to, in one transaction of either side. Then the original is
 * frozen, what differs is copied again, all tables are compared, and the placement is switched: from this transaction on the copy is in
 * charge, and until then the original. Killed anywhere, it begins again behind the last whole stage.
 * @throws Unavailable where a shard does not answer
 */
export async function* moveTenant(ctx: DutyContext, job: HeldJob): AsyncGenerator<JobProgress> {
  const move = await moveOf(ctx.db, job);
  // Switched by a worker that died before it could say so.
  if (!move) return;
  let statistics = statisticsOf(job.statistics);
  if (statistics.tries > maxTries) throw new JobGivenUp(`It was tried ${maxTries} times.`);
  const report = (stage: string, message: string, current: number, total: number): JobProgress => ({
    stage,
    message,
    current,
    total,
    statistics: { ...statistics },
  });

  if (!statistics.isCopied) {
    yield report('copy', 'the tables are made', 0, 0);
    await makePlace(ctx, job, move);
    const start = performance.now();
    let copied = 0;
    for await (const { table, rows, total } of copyAll(ctx, job, move)) {
      copied += rows;
      yield report('copy', `${rows.toLocaleString('en')} ${table}`, copied, total);
    }
    statistics = { ...statistics, isCopied: true, copiedRows: copied, copyMs: Math.round(performance.now() - start) };
  }
  yield report('verify', 'writes are refused from here on', statistics.copiedRows, statistics.copiedRows);
  await freeze(ctx, job, move);
  const tables = await catchUp(ctx, job, move);
  yield report('switch', 'both copies are equal', statistics.copiedRows, statistics.copiedRows);
  await switchOver(ctx.db, job, move, { ...statistics, tables });
}

async function moveOf(db: Kysely<DB>, job: HeldJob): Promise<Move | undefined> {
  const placement = await placementOf(db, job.org.key);
  const target = await db
    .selectFrom('org_moves as m')
    .innerJoin('shards as s', 's.id', 'm.to_shard_id')
    .select(['s.id', 's.public_id', 's.dsn_ciphertext', 's.dsn_key_version'])
    .where('m.job_id', '=', job.key)
    .executeTakeFirst();
  return placement && target && { from: placement.shard, to: addressOf(target), schema: placement.schema };
}

function statisticsOf(kept: unknown): Statistics {
  // The job's own, as this file wrote them.
  const { tries = 0, ...rest } = kept as Partial<Statistics>;
  return { isCopied: false, copiedRows: 0, copyMs: 0, ...rest, tries: tries + 1 };
}

/** Makes an empty schema on the new shard, in place of what an earlier try or an earlier move left there. */
async function makePlace({ db, shardPools }: DutyContext, job: HeldJob, { from, to, schema }: Move): Promise<void> {
  if (await areOneDatabase(shardPools, from, to)) throw new JobGivenUp('Both shards are one database.');
  await shardPools.use(from, async (shard) => {
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from ${sql.id(schema, 'tenant_migrations')}
      where name = any (${neededMigrations})`.execute(shard);
    if (rows[0]?.n !== neededMigrations.length) throw new JobGivenUp('The data of this org is behind the program: migrate it first.');
  });
  const held = () => requireHeld(db, job);
  await held();
  await db.updateTable('org_moves').set({ is_begun: true }).where('job_id', '=', job.key).execute();
  await shardPools.use(to, async (shard) => {
    await dropTenantSchema(shard, schema, held);
    await makeTenantSchema(shard, schema, held);
  });
}

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
async function* copyAll(ctx: DutyContext, job: HeldJob, move: Move): AsyncGenerator<Copied> {
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

async function freeze({ db, shardPools }: DutyContext, job: HeldJob, { from, schema }: Move): Promise<void> {
  await sql`/* move freezes */ update org_moves set frozen_at = coalesce(frozen_at, now()) where job_id = ${job.key}`.execute(db);
  await shardPools.use(from, (shard) => freezeSchema(shard, schema, () => requireHeld(db, job)));
}

/** Copies again what has changed, and what refers to it; the original is frozen. @throws Unavailable where the copy differs all the same */
async function catchUp(ctx: DutyContext, job: HeldJob, move: Move): Promise<Record<string, TableSum>> {
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

const system = { actor: null, origin: { traceId: '0'.repeat(32), ipAddress: null, userAgent: null } };

/** The one transaction by which the copy comes to be in charge. The original stays frozen, and is dropped after some days. */
async function switchOver(db: Kysely<DB>, job: HeldJob, { from, to, schema }: Move, statistics: object): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const before = await lockOrg(tx, job.org.id);
    await requireHeld(tx, job);
    const { rows } = await sql<{ refused_ms: number; kept_until: string }>`/* end of move */ delete from org_moves where job_id = ${job.key}
      returning round(extract(epoch from clock_timestamp() - frozen_at) * 1000)::int as refused_ms,
        now() + ${keptDays} * interval '1 day' as kept_until`.execute(tx);
    const [ended] = rows;
    if (!ended) throw new Error('A move was gone before its switch.');
    await sql`/* switch placement */ update orgs set shard_id = ${to.key}, status = 'active', version = version + 1, updated_at = now()
      where id = ${job.org.key}`.execute(tx);
    await sql`/* keep old copy */ insert into abandoned_schemas (shard_id, schema_name, try_at)
      values (${from.key}, ${schema}, ${ended.kept_until})`.execute(tx);
    const result = { ...statistics, writesRefusedMs: ended.refused_ms, oldCopyKeptUntil: ended.kept_until };
    await sql`/* result of move */ update jobs set statistics = ${JSON.stringify(result)}::jsonb where id = ${job.key}`.execute(tx);
    const resource = { type: 'org', id: job.org.id, displayId: before.slug ?? job.org.id };
    await recordEntry(tx, system, { action: 'org.move', resource, org: job.org, before, after: await lockOrg(tx, job.org.id) });
  });
}
