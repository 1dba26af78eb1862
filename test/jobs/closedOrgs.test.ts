import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { pino } from 'pino';
import { JobKind } from '../../src/jobs/job.enums.js';
import type { JobProgress } from '../../src/jobs/queue/heldJob.js';
import { type JobHandler, runNextJob } from '../../src/jobs/queue/runJob.js';
import { fillWithDemoData } from '../../src/jobs/seeding/fillWithDemoData.js';
import { aTenant } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { contentsOf, jobOf, schemaOf, seed, small, workThrough } from './jobsKit.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

/** Seeds as a worker does, and does something else when a batch has been written and not yet reported. */
async function seedAndThen(after: (progress: JobProgress) => Promise<unknown>): Promise<boolean> {
  const handler: JobHandler = async function* (ctx, job) {
    for await (const progress of fillWithDemoData(ctx, job)) {
      await after(progress);
      yield progress;
    }
  };
  const ctx = { ...gateway.platform, log: pino({ level: 'silent' }), signal: new AbortController().signal };
  const timing = { lease: 60_000, heartbeat: 30_000, backOff: 60_000 };
  return runNextJob(ctx, { [JobKind.DEMO_DATA]: handler }, [JobKind.DEMO_DATA], 'worker', timing);
}

const suspend = (id: string) => gateway.rest('POST', `/api/v1/platform/orgs/${id}/suspend`, { token: gateway.adminToken });
const remove = (id: string) => gateway.rest('DELETE', `/api/v1/platform/orgs/${id}`, { token: gateway.adminToken });
const resume = (id: string) =>
  gateway.graphql('mutation ($id: UUID!) { resumeOrg(id: $id) { org { status } } }', { id }, { token: gateway.adminToken });

describe('A seeding whose org', () => {
  it('is suspended ends as failed before its next batch, says why, and is done again when the org is resumed', async () => {
    const org = await aTenant(gateway);
    const id = await seed(gateway, org.id);
    const stages: string[] = [];
    await seedAndThen(async ({ stage }) => {
      stages.push(stage);
      if (stage === 'patients') expect((await suspend(org.id)).status).toBe(200);
    });
    expect(stages.at(-1)).toBe('patients');
    expect(await jobOf(gateway, id)).toMatchObject({
      status: 'failed',
      current_stage: 'patients',
      errors: ['The org is suspended: only an active one is seeded.'],
    });
    expect(await contentsOf(gateway, org.key)).toMatchObject({ patients: { rows: small.patients }, appointments: { rows: 0 } });

    expect((await resume(org.id)).errors).toEqual([]);
    await seed(gateway, org.id);
    await workThrough(gateway);
    expect(await contentsOf(gateway, org.key)).toMatchObject({
      patients: { rows: small.patients },
      appointments: { rows: small.appointments },
    });
  });

  it('is suspended before a worker takes it up ends as failed without a row', async () => {
    const org = await aTenant(gateway);
    const id = await seed(gateway, org.id);
    await suspend(org.id);
    await workThrough(gateway);
    expect(await jobOf(gateway, id)).toMatchObject({ status: 'failed', progress_current: null });
    expect((await contentsOf(gateway, org.key)).definitions.rows).toBe(0);
  });

  it('is deleted is gone with the org: nothing is left of either, and the worker goes on to other jobs', async () => {
    const org = await aTenant(gateway);
    const schema = await schemaOf(gateway, org.key);
    const id = await seed(gateway, org.id);
    const stages: string[] = [];
    await seedAndThen(async ({ stage }) => {
      stages.push(stage);
      if (stage !== 'patients') return;
      await suspend(org.id);
      expect((await remove(org.id)).status).toBe(204);
    });
    expect(stages.at(-1)).toBe('patients');
    const { db } = gateway.database;
    expect((await gateway.rest('GET', `/api/v1/platform/jobs/${id}`, { token: gateway.adminToken })).status).toBe(404);
    const { rows } = await sql<{ left: string }>`select nspname as left from pg_namespace where nspname = ${schema}
      union all select rolname from pg_roles where rolname = ${schema}
      union all select schema_name from abandoned_schemas where schema_name = ${schema}
      union all select 'a job' from jobs where public_id = ${id}
      union all select 'events' from job_events where job_id not in (select id from jobs)`.execute(db);
    expect(rows).toEqual([]);

    const next = await aTenant(gateway);
    const other = await seed(gateway, next.id);
    await workThrough(gateway);
    expect((await jobOf(gateway, other)).status).toBe('completed');
  });
});
