import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { change } from '../../audit/change.js';
import type { Tx } from '../../audit/entry.js';
import { actorOf, type Context } from '../../context.js';
import type { RowOf } from '../../db/shape.js';
import { Conflict, NotFound } from '../../errors.js';
import { merged, type Selection } from '../../graphql/selection.js';
import { JobKind } from '../job.enums.js';
import { jobEntry, jobSnapshot, readJob } from '../jobs.service.js';
import type { Job, SeedOrgInput } from '../jobs.types.js';
import { seedCountsOf } from './seedCounts.js';

/**
 * Queues a job that fills an org with demo data; at most one of an org is open at a time.
 * @throws NotFound
 * @throws Conflict where the org is not active, or a seeding job of it is open, which it names
 * @throws Invalid
 */
export async function seedOrg(ctx: Context, orgId: string, input: SeedOrgInput | null, selection: Selection): Promise<RowOf<Job>> {
  return change(ctx, async ({ tx, record }) => {
    const org = await lockOrg(tx, orgId);
    if (org.status !== 'active') throw new Conflict(`The org is ${org.status}: only an active one is seeded.`, { status: org.status });
    await requireNoneOpen(tx, org.key);
    const id = uuidv7();
    await tx
      .insertInto('jobs')
      .values({
        public_id: id,
        kind: JobKind.DEMO_DATA,
        org_id: org.key,
        payload: JSON.stringify(seedCountsOf(input, org.max_locations)),
        requested_by: actorOf(ctx).key,
      })
      .execute();
    const after = await readJob(tx, id, merged(jobSnapshot, selection));
    await record({ action: 'job.create', ...jobEntry(id, JobKind.DEMO_DATA, org), after });
    return after;
  });
}

/** The org's row is locked, so that two who seed it are one after the other. */
async function lockOrg(tx: Tx, id: string) {
  const { rows } = await sql<{
    key: string;
    id: string;
    name: string;
    status: string;
    max_locations: number;
  }>`/* org to seed */ select id as key, public_id as id, name, status, max_locations from orgs where public_id = ${id} for update`.execute(
    tx,
  );
  const [org] = rows;
  if (!org) throw new NotFound('org', id);
  return org;
}

async function requireNoneOpen(tx: Tx, orgKey: string): Promise<void> {
  const open = await tx
    .selectFrom('jobs')
    .select(['public_id', 'status'])
    .where('org_id', '=', orgKey)
    .where('kind', '=', JobKind.DEMO_DATA)
    .where('status', 'in', ['queued', 'running'])
    .executeTakeFirst();
  if (open)
    throw new Conflict(`A seeding job of this org is ${open.status}: ${open.public_id}.`, { jobId: open.public_id, status: open.status });
}
