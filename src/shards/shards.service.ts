import { type Kysely, type RawBuilder, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { change } from '../audit/change.js';
import type { Tx } from '../audit/entry.js';
import { snapshotSelection } from '../audit/snapshots/snapshots.js';
import { requireVersion } from '../conditions/requireVersion.js';
import type { Context } from '../context.js';
import { assignments } from '../db/columns.js';
import { type ListOrder, type Page, type PageArgs, readPage } from '../db/page.js';
import { columnsOf, nested, type RowOf, selectList } from '../db/shape.js';
import { contains } from '../db/text.js';
import type { DB } from '../db/types.generated.js';
import { violatedUnique } from '../db/violations.js';
import { Conflict, Invalid, NotFound } from '../errors.js';
import { type ConnectionSelection, merged, type Selection } from '../graphql/selection.js';
import { checkTexts, given, requireBetween } from '../input.js';
import { sealDsn } from '../tenancy/shardKeys.js';
import { checkDsn } from './checkDsn.js';
import { shardShape } from './shards.shape.js';
import type { CreateShardInput, Shard, ShardFilter, UpdateShardInput } from './shards.types.js';

const byName: ListOrder = { name: 'name_asc', expression: sql`lower(s.name)`, type: 'text', direction: 'asc' };

/** A page of the shards that match, by name. @throws Invalid */
export function listShards(
  ctx: Context,
  filter: ShardFilter | null | undefined,
  page: PageArgs,
  selection: ConnectionSelection,
): Promise<Page<RowOf<Shard>>> {
  const where: RawBuilder<unknown>[] = [];
  if (typeof filter?.isActive === 'boolean') where.push(sql`s.is_active = ${filter.isActive}`);
  if (typeof filter?.isArchived === 'boolean') where.push(sql`(s.archived_at is not null) = ${filter.isArchived}`);
  if (typeof filter?.region === 'string') where.push(sql`s.region = ${filter.region}`);
  if (filter?.search) where.push(contains(sql`fold(s.name)`, filter.search));
  const list = { name: 'shards', shape: shardShape, from: sql`shards s`, id: sql<string>`s.public_id`, where, order: byName };
  return readPage(ctx.db, list, page, selection);
}

async function select(db: Kysely<DB> | Tx, id: string, selection: Selection, lock = sql``): Promise<RowOf<Shard>> {
  const columns = columnsOf(shardShape, selection);
  const { rows } = await sql<Record<string, unknown>>`/* shard */ select ${selectList(columns)} from shards s
    where s.public_id = ${id} ${lock}`.execute(db);
  const [shard] = nested<RowOf<Shard>>(columns, rows);
  if (!shard) throw new NotFound('shard', id);
  return shard;
}

/** @throws NotFound */
export function findShard(ctx: Context, id: string, selection: Selection): Promise<RowOf<Shard>> {
  return select(ctx.db, id, selection);
}

const textRules = { name: { min: 1, max: 200 }, region: { max: 100 } };

function nameIsTaken(error: unknown): unknown {
  if (violatedUnique(error) !== 'shards_name_key') return error;
  return new Conflict('The name is taken by another shard.', { field: 'name' }, { cause: error });
}

function resourceOf(shard: RowOf<Shard>) {
  const id = String(shard.id);
  return { type: 'shard', id, displayId: shard.name ?? id };
}

const snapshot = snapshotSelection('shard');

/** The columns of an address, encrypted for the shard that it is of. */
function sealed(ctx: Context, shardId: string, dsn: string) {
  const { ciphertext, keyVersion } = sealDsn(ctx.shardKeys, shardId, dsn);
  return { dsnCiphertext: ciphertext, dsnKeyVersion: keyVersion, dsnChangedAt: sql`now()` };
}

/**
 * Registers a shard, once its database was reached and found fit.
 * @throws Conflict where the name is taken
 * @throws Invalid, repeating no part of the DSN
 */
export async function createShard(ctx: Context, input: CreateShardInput, selection: Selection): Promise<RowOf<Shard>> {
  const { name, region, maxOrgs, isActive, dsn } = input;
  checkTexts(['input'], input, textRules);
  requireBetween('maxOrgs', maxOrgs, 1);
  await checkDsn(dsn);
  return change(ctx, async ({ tx, record }) => {
    const id = uuidv7();
    const { dsnCiphertext, dsnKeyVersion, dsnChangedAt } = sealed(ctx, id, dsn);
    try {
      await sql`insert into shards (public_id, name, region, max_orgs, is_active, dsn_ciphertext, dsn_key_version, dsn_changed_at)
        values (${id}, ${name}, ${region}, ${maxOrgs}, ${isActive}, ${dsnCiphertext}, ${dsnKeyVersion}, ${dsnChangedAt})`.execute(tx);
    } catch (error) {
      throw nameIsTaken(error);
    }
    const shard = await select(tx, id, merged(snapshot, selection));
    await record({ action: 'shard.create', resource: resourceOf(shard), after: shard });
    return shard;
  });
}

async function apply(
  ctx: Context,
  id: string,
  action: string,
  baseVersion: number | undefined,
  changes: Record<string, unknown>,
  selection: Selection,
): Promise<RowOf<Shard>> {
  return change(ctx, async ({ tx, record }) => {
    const before = await select(tx, id, snapshot, sql`for update`);
    requireVersion(ctx, 'shard', before.version, baseVersion);
    if (changes.isActive === true && before.archivedAt) {
      throw Invalid.field(['input', 'isActive'], 'An archived shard takes no org any more.');
    }
    try {
      const sets = [...assignments(changes), sql`version = version + 1`, sql`updated_at = now()`];
      await sql`update shards set ${sql.join(sets)} where id = ${before.key}`.execute(tx);
    } catch (error) {
      throw nameIsTaken(error);
    }
    const after = await select(tx, id, merged(snapshot, selection));
    await record({ action, resource: resourceOf(after), before, after });
    return after;
  });
}

/** The schemas that live on a shard by now. @throws NotFound */
async function schemasOn(ctx: Context, id: string): Promise<string[]> {
  const { key } = await findShard(ctx, id, new Map());
  const orgs = await ctx.db
    .selectFrom('orgs')
    .select('schema_name')
    .where('shard_id', '=', key)
    .where('id', 'not in', ctx.db.selectFrom('org_provisioning').select('org_id'))
    .execute();
  return orgs.map(({ schema_name }) => schema_name);
}

/**
 * Changes the named fields of a shard. Another address is taken once its database was reached, and has the data of the shard's orgs.
 * @throws NotFound
 * @throws Conflict where the shard is at another version, or the name is taken
 * @throws Invalid, repeating no part of the DSN
 */
export async function updateShard(ctx: Context, id: string, input: UpdateShardInput, selection: Selection): Promise<RowOf<Shard>> {
  const { baseVersion, dsn, ...fields } = input;
  checkTexts(['input'], fields, textRules);
  requireBetween('maxOrgs', fields.maxOrgs, 1);
  given(['input'], input, ['dsn']);
  const changes = given(['input'], fields, ['name', 'region', 'maxOrgs', 'isActive']);
  if (typeof dsn !== 'string') return apply(ctx, id, 'shard.update', baseVersion, changes, selection);
  await checkDsn(dsn, await schemasOn(ctx, id));
  return apply(ctx, id, 'shard.update', baseVersion, { ...changes, ...sealed(ctx, id, dsn) }, selection);
}

/** Archives a shard; archiving it again changes nothing but its version. @throws NotFound */
export async function archiveShard(ctx: Context, id: string, selection: Selection): Promise<RowOf<Shard>> {
  return apply(ctx, id, 'shard.archive', undefined, { archivedAt: sql`coalesce(archived_at, now())`, isActive: false }, selection);
}
