import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { codes, definitions } from '../../src/jobs/seeding/vocabulary.js';
import { aTenant } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { contentsOf, jobOf, seed, small, workThrough } from './jobsKit.js';

let gateway: TestGateway;
let admin: { token: string };
beforeAll(async () => {
  gateway = await testGateway();
  admin = { token: gateway.adminToken };
});
afterAll(() => gateway.close());

const smallCounts = { definitions: definitions.length, codes: codes.length, ...small };
const rowsOf = async (key: string) =>
  Object.fromEntries(Object.entries(await contentsOf(gateway, key)).map(([name, { rows }]) => [name, rows]));

describe('A seeding', () => {
  it('fills the org with exactly what was asked for, and says so', async () => {
    const org = await aTenant(gateway);
    const id = await seed(gateway, org.id);
    await workThrough(gateway);
    expect(await rowsOf(org.key)).toEqual(smallCounts);

    const all = Object.values(smallCounts).reduce((sum, count) => sum + count, 0);
    const job = await jobOf(gateway, id);
    expect(job).toMatchObject({
      status: 'completed',
      org_id: org.id,
      seed_type: 'demo_data',
      current_stage: 'appointments',
      progress_current: all,
      progress_total: all,
      request_payload: small,
      errors: [],
      statistics: Object.fromEntries(
        Object.entries(smallCounts).map(([name, total]) => [name, { total, done: total, created: total, skipped: 0 }]),
      ),
    });
    expect(Date.parse(job.completed_at)).toBeGreaterThanOrEqual(Date.parse(job.started_at));
  });

  it('changes nothing the second time, and counts what it skipped', async () => {
    const org = await aTenant(gateway);
    await seed(gateway, org.id);
    await workThrough(gateway);
    const before = await contentsOf(gateway, org.key);
    const second = await seed(gateway, org.id);
    await workThrough(gateway);
    expect(await contentsOf(gateway, org.key)).toEqual(before);
    const { status, statistics } = await jobOf(gateway, second);
    expect({ status, patients: statistics.patients }).toEqual({
      status: 'completed',
      patients: { total: 120, done: 120, created: 0, skipped: 120 },
    });
  });

  it('leaves what the org has made itself as it is', async () => {
    const org = await aTenant(gateway);
    await seed(gateway, org.id, { ...small, patients: 5, appointments: 5 });
    await workThrough(gateway);
    const before = await contentsOf(gateway, org.key);
    await seed(gateway, org.id, { ...small, patients: 8, appointments: 12 });
    await workThrough(gateway);
    const after = await contentsOf(gateway, org.key);
    expect(after.patients.rows).toBe(8);
    expect(after.appointments.rows).toBe(12);
    expect({ ...after, patients: 0, appointments: 0 }).toEqual({ ...before, patients: 0, appointments: 0 });
  });

  it('makes no more locations than the org may have, and refuses counts out of bounds', async () => {
    const org = await aTenant(gateway);
    const id = await seed(gateway, org.id, { ...small, locations: 7 });
    expect((await jobOf(gateway, id)).request_payload.locations).toBe(1);
    const { errors } = await gateway.graphql(
      'mutation ($id: UUID!) { seedOrg(orgId: $id, input: { patients: 0 }) { job { id } } }',
      { id: (await aTenant(gateway)).id },
      admin,
    );
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['input', 'patients'] }] });
  });

  it('leaves entries in the trail: who asked for it, and how it ended', async () => {
    const org = await aTenant(gateway);
    const id = await seed(gateway, org.id);
    await workThrough(gateway);
    const entries = await gateway.database.db
      .selectFrom('platform_audit_log')
      .select(['action', 'actor_type', 'org_id'])
      .where('resource_id', '=', id)
      .orderBy('id')
      .execute();
    expect(entries).toEqual([
      { action: 'job.create', actor_type: 'user', org_id: org.id },
      { action: 'job.finish', actor_type: 'system', org_id: org.id },
    ]);
  });

  it('shows the internal number of the user who asked, and who may not see it nothing', async () => {
    const org = await aTenant(gateway);
    const { body } = await gateway.rest('POST', `/api/v1/platform/orgs/${org.id}/seed`, admin);
    const { id } = await gateway.database.db
      .selectFrom('users')
      .select('id')
      .where('public_id', '=', gateway.adminId)
      .executeTakeFirstOrThrow();
    expect(body.requested_by).toBe(Number(id));
    expect(body.status_url).toBe(`/api/v1/platform/jobs/${body.job_uuid}`);
    expect((await gateway.rest('GET', body.status_url, admin)).body).toEqual(body);
    expect((await gateway.rest('GET', body.status_url)).status).toBe(401);
  });

  it('that finds no schema is tried again, and given up in the end with what was wrong', async () => {
    const org = await aTenant(gateway);
    const id = await seed(gateway, org.id);
    const { db } = gateway.database;
    await db.updateTable('orgs').set({ schema_name: 't_nowhere' }).where('id', '=', org.key).execute();
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await workThrough(gateway);
      await db.updateTable('jobs').set({ run_at: new Date().toISOString() }).where('public_id', '=', id).execute();
    }
    const { status, errors } = await jobOf(gateway, id);
    expect({ status, attempts: errors.length, first: errors[0] }).toEqual({
      status: 'failed',
      attempts: 5,
      first: 'The data of this org is not there yet. Try again shortly.',
    });
  });
});
