import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { oldJobEvents } from '../../src/jobs/oldJobEvents.duty.js';
import { anOrg, aTenant } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { jobOf, seed, workThrough } from './jobsKit.js';

const hour = 3_600;
let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway({ JOB_EVENTS_TTL: String(hour) });
});
afterAll(() => gateway.close());

async function endedAgo(jobId: string, seconds: number): Promise<void> {
  await sql`update jobs set completed_at = now() - ${seconds} * interval '1 second' where public_id = ${jobId}`.execute(
    gateway.database.db,
  );
}

async function numbersOf(jobId: string): Promise<number[]> {
  const { rows } = await sql<{ number: number }>`select number from job_events e join jobs j on j.id = e.job_id
    where j.public_id = ${jobId} order by number`.execute(gateway.database.db);
  return rows.map(({ number }) => number);
}

async function aDoneJob(): Promise<string> {
  const id = await seed(gateway, (await aTenant(gateway)).id);
  await workThrough(gateway);
  return id;
}

describe('The events of jobs', () => {
  it('go when the job has ended long enough ago, all but the last; those of other jobs stay', async () => {
    const [old, lately] = [await aDoneJob(), await aDoneJob()];
    const open = await seed(gateway, await anOrg(gateway.database));
    await endedAgo(old, hour + 60);
    await endedAgo(lately, hour - 60);
    const [before, untouched] = [await numbersOf(old), await numbersOf(lately)];
    expect(before.length).toBeGreaterThan(5);
    await gateway.runDuty(oldJobEvents);
    expect(await numbersOf(old)).toEqual([before.length]);
    expect(await numbersOf(lately)).toEqual(untouched);
    expect(await numbersOf(open)).toEqual([1]);
    expect((await jobOf(gateway, old)).status).toBe('completed');
    expect(await numbersOf(lately)).toHaveLength(untouched.length);
  });

  it('are told to who follows such a job by the last one, and the stream ends', async () => {
    const id = await aDoneJob();
    await endedAgo(id, hour + 60);
    await gateway.runDuty(oldJobEvents);
    const response = await fetch(`${gateway.url}/api/v1/platform/jobs/${id}/events`, {
      headers: { authorization: `Bearer ${gateway.adminToken}` },
    });
    const told = await response.text();
    expect(told.match(/^id: .*$/gm)).toHaveLength(1);
    expect(told).toMatch(/"status":"completed"/);
    expect(told).toMatch(/event: complete/);
  });

  it('are deleted a batch at a time, and by two workers at once', async () => {
    const id = await aDoneJob();
    const { db } = gateway.database;
    await sql`with made as (update jobs set event_number = 12001 where public_id = ${id} returning id)
      insert into job_events (job_id, number, created_at, status, statistics, errors)
      select id, n, now(), 'running', '{}', '{}' from made, generate_series(1, 12000) n on conflict do nothing`.execute(db);
    await endedAgo(id, hour + 60);
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const run = () => oldJobEvents.run({ ...gateway.platform, log, signal: new AbortController().signal });
    const [one, other] = await Promise.all([run(), run()]);
    expect([one, other]).toEqual([true, true]);
    expect(await numbersOf(id)).toHaveLength(12_001 - 10_000);
    expect(await run()).toBe(false);
    expect(await numbersOf(id)).toEqual([12_001]);
  });
});
