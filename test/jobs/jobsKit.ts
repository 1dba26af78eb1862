import { sql } from 'kysely';
import { placementOf } from '../../src/tenancy/placement.js';
import { duties } from '../../src/worker/duties.js';
import type { TestGateway } from '../support/gateway.js';

/** Does what waits in the queue, as a worker does it. */
export async function workThrough(gateway: TestGateway): Promise<void> {
  const slot = duties.find(({ name }) => name.startsWith('jobs'));
  if (!slot) throw new Error('No duty does jobs.');
  await gateway.runDuty(slot);
}

/** Asks for an org to be seeded. @returns the job's id */
export async function seed(gateway: TestGateway, orgId: string, input: object = small): Promise<string> {
  const { data, errors } = await gateway.graphql<{ seedOrg: { job: { id: string } } }, object>(
    'mutation ($id: UUID!, $input: SeedOrgInput) { seedOrg(orgId: $id, input: $input) { job { id } } }',
    { id: orgId, input },
    { token: gateway.adminToken },
  );
  if (!data) throw new Error(JSON.stringify(errors));
  return data.seedOrg.job.id;
}

export const small = { locations: 1, providers: 4, patients: 120, appointments: 200 };

/** The job as its status_url answers it. */
export async function jobOf(gateway: TestGateway, id: string) {
  const { status, body } = await gateway.rest('GET', `/api/v1/platform/jobs/${id}`, { token: gateway.adminToken });
  if (status !== 200) throw new Error(JSON.stringify(body));
  return body;
}

export const tables = ['definitions', 'locations', 'codes', 'providers', 'patients', 'appointments'] as const;
export type TableName = (typeof tables)[number];

/** How many rows a tenant's tables have, and a sum over all that is in them. */
export async function contentsOf({ platform }: TestGateway, orgKey: string): Promise<Record<TableName, { rows: number; sum: string }>> {
  const placement = await placementOf(platform.db, orgKey);
  if (!placement) throw new Error('The org has no place.');
  const { shard, schema } = placement;
  const found = tables.map(async (name) => {
    const { rows } = await platform.shardPools.use(shard, (db) =>
      sql<{ rows: number; sum: string }>`select count(*)::int as rows, md5(coalesce(string_agg(t::text, '' order by t.id), '')) as sum
        from ${sql.id(schema, name)} t`.execute(db),
    );
    return [name, rows[0]];
  });
  return Object.fromEntries(await Promise.all(found));
}

export async function schemaOf({ platform }: TestGateway, orgKey: string): Promise<string> {
  return (await placementOf(platform.db, orgKey))?.schema ?? '';
}

/** Lets the lease of a job run out, as the time does where its worker is dead. */
export async function letLeaseExpire({ database }: TestGateway, jobId: string): Promise<void> {
  await database.db
    .updateTable('jobs')
    .set({ lease_expires_at: new Date(Date.now() - 1_000).toISOString() })
    .where('public_id', '=', jobId)
    .where('status', '=', 'running')
    .execute();
}
