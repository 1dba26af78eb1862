import { type Kysely, type RawBuilder, sql } from 'kysely';
import { change } from '../audit/change.js';
import type { Tx } from '../audit/entry.js';
import { snapshotSelection } from '../audit/snapshots/snapshots.js';
import type { Context } from '../context.js';
import { type ChildList, readChildPages } from '../db/childPages.js';
import { type ListOrder, type Page, type PageArgs, readPage } from '../db/page.js';
import { columnsOf, nested, type RowOf, selectList } from '../db/shape.js';
import type { DB } from '../db/types.generated.js';
import { Conflict, NotFound } from '../errors.js';
import { batched } from '../graphql/batch.js';
import { type ConnectionSelection, fieldsOf, merged, pageKeyOf, type Selection } from '../graphql/selection.js';
import type { Org } from '../orgs/orgs.types.js';
import { hasEnded, type JobKind } from './job.enums.js';
import { kindsShown } from './jobPermissions.js';
import { jobShape, jobTables } from './jobs.shape.js';
import type { Job, JobFilter } from './jobs.types.js';

const latestFirst: ListOrder = { name: 'requested_at_desc', expression: sql`j.requested_at`, type: 'timestamptz', direction: 'desc' };

function listOf(name: string, filter: JobFilter | null | undefined, kinds: readonly JobKind[]): ChildList {
  const where: RawBuilder<unknown>[] = [sql`j.kind = any (${kinds}::text[])`];
  if (filter?.status) where.push(sql`j.status = ${filter.status}`);
  if (filter?.kind) where.push(sql`j.kind = ${filter.kind}`);
  return { name, shape: jobShape, from: jobTables, id: sql<string>`j.public_id`, parent: sql`j.org_id`, where, order: latestFirst };
}

/** A page of the jobs that match, of the kinds that the caller could ask for, the latest first. @throws Invalid */
export function listJobs(
  ctx: Context,
  filter: JobFilter | null | undefined,
  page: PageArgs,
  selection: ConnectionSelection,
): Promise<Page<RowOf<Job>>> {
  return readPage(ctx.reads, listOf('jobs', filter, kindsShown(ctx)), page, selection);
}

/** A page of an org's jobs, of the kinds that the caller may see there, the latest first; loaded together with those of other orgs. @throws Invalid */
export function jobsOfOrg(
  ctx: Context,
  org: Pick<RowOf<Org>, 'id' | 'key'>,
  filter: JobFilter | null | undefined,
  page: PageArgs,
  selection: ConnectionSelection,
): Promise<Page<RowOf<Job>>> {
  const kinds = kindsShown(ctx, org.id);
  const name = ['org.jobs', kinds, filter, page, pageKeyOf(selection)];
  return batched(ctx, name, org.key, (keys) =>
    readChildPages<RowOf<Job>>(ctx.reads, listOf('org jobs', filter, kinds), keys, page, selection),
  );
}

/** @throws NotFound */
export async function findJob(ctx: Pick<Context, 'db'>, id: string, selection: Selection): Promise<RowOf<Job>> {
  return readJob(ctx.db, id, selection);
}

/** What rules decide on a job by: the id of the org that it is done for, and its kind; nothing where there is no such job. */
export async function standingOfJob(ctx: Pick<Context, 'db'>, id: string): Promise<{ orgId?: string; kind?: JobKind }> {
  const { rows } = await sql<{
    orgId: string;
    kind: JobKind;
  }>`/* org and kind of job */ select o.public_id as "orgId", j.kind from ${jobTables} where j.public_id = ${id}`.execute(ctx.db);
  return rows[0] ?? {};
}

/** What an entry of the trail and the change itself need, whatever the caller asked for. */
export const jobSnapshot: Selection = merged(snapshotSelection('job'), fieldsOf(['status', 'orgId', 'cancelRequestedAt']));

/** @throws NotFound */
export async function readJob(db: Kysely<DB> | Tx, id: string, selection: Selection, lock = sql``): Promise<RowOf<Job>> {
  const columns = columnsOf(jobShape, selection);
  const { rows } = await sql<
    Record<string, unknown>
  >`/* job */ select ${selectList(columns)} from ${jobTables} where j.public_id = ${id} ${lock}`.execute(db);
  const [job] = nested<RowOf<Job>>(columns, rows);
  if (!job) throw new NotFound('job', id);
  return job;
}

/** What the trail calls a job and the org that it belongs to. */
export function jobEntry(id: string, kind: JobKind, org: { readonly key: string; readonly id: string; readonly name: string }) {
  return { resource: { type: 'job', id, displayId: `${titles[kind]} of ${org.name}` }, org };
}

const titles: Readonly<Record<JobKind, string>> = { demo_data: 'demo data', org_move: 'move' };

/**
 * Asks for a job to be stopped. One that waits is cancelled at once; one that runs is cancelled by its worker, before its next batch.
 * @throws NotFound
 * @throws Conflict where it has ended, or was asked to stop before
 */
export async function cancelJob(ctx: Context, id: string, selection: Selection): Promise<RowOf<Job>> {
  return change(ctx, async ({ tx, record }) => {
    const before = await readJob(tx, id, jobSnapshot, sql`for update of j`);
    if (before.status && hasEnded(before.status))
      throw new Conflict(`The job has ended: it is ${before.status}.`, { status: before.status });
    if (before.cancelRequestedAt) throw new Conflict('The job is being cancelled already.');
    await sql`/* cancel job */ update jobs set cancel_requested_at = now(),
        status = case status when 'queued' then 'cancelled' else status end,
        completed_at = case status when 'queued' then now() end
      where id = ${before.key}`.execute(tx);
    const after = await readJob(tx, id, merged(jobSnapshot, selection));
    const org = await orgForEntry(tx, before.key);
    await record({ action: 'job.cancel', ...jobEntry(id, org.kind, org), before, after });
    return after;
  });
}

async function orgForEntry(tx: Tx, jobKey: string): Promise<{ key: string; id: string; name: string; kind: JobKind }> {
  const { rows } = await sql<{
    key: string;
    id: string;
    name: string;
    kind: JobKind;
  }>`/* org of job */ select o.id as key, o.public_id as id, o.name, j.kind
    from ${jobTables} where j.id = ${jobKey}`.execute(tx);
  const [org] = rows;
  if (!org) throw new Error('A locked job was gone.');
  return org;
}
