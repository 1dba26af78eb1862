import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { JobKind } from '../../src/jobs/job.enums.js';
import type { JobProgress } from '../../src/jobs/queue/heldJob.js';
import { type JobHandler, runNextJob } from '../../src/jobs/queue/runJob.js';
import { anOrg } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { jobOf, letLeaseExpire, seed } from './jobsKit.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

const timing = { lease: 60_000, heartbeat: 30_000, backOff: 60_000 };

/** Work of these many batches, that begins where it was left. `before` runs ahead of each batch. */
function counting(batches: number, before: (batch: number) => Promise<unknown> | unknown = () => {}): JobHandler {
  return async function* (_ctx, { statistics }) {
    let { done } = { done: 0, ...(statistics as { done?: number }) };
    while (done < batches) {
      await before(done);
      done += 1;
      yield { stage: 'counting', message: `${done}`, current: done, total: batches, statistics: { done } } satisfies JobProgress;
    }
  };
}

/** What one slot of a worker does, once. */
function work(handler: JobHandler, workerId = 'worker', signal = new AbortController().signal): Promise<boolean> {
  const ctx = { ...gateway.platform, log: pino({ level: 'silent' }), signal };
  return runNextJob(ctx, { [JobKind.DEMO_DATA]: handler }, [JobKind.DEMO_DATA], workerId, timing);
}

const aJob = async () => seed(gateway, await anOrg(gateway.database));
const cancel = (id: string) =>
  gateway.graphql<{ cancelJob: { job: { status: string } } }, object>(
    'mutation ($id: UUID!) { cancelJob(id: $id) { job { status cancelRequestedAt } } }',
    { id },
    { token: gateway.adminToken },
  );

describe('The queue', () => {
  it('gives each job to one worker, however many ask at once', async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, aJob));
    const taken: string[] = [];
    const noting: JobHandler = async function* (ctx, job) {
      taken.push(job.id);
      yield* counting(2)(ctx, job);
    };
    const found = await Promise.all(Array.from({ length: 8 }, (_, i) => work(noting, `worker ${i}`)));
    expect(found.filter(Boolean)).toHaveLength(5);
    expect(taken.sort()).toEqual(ids.sort());
  });

  it('goes on with what a worker has left, from where it was, and takes nothing more from that worker', async () => {
    const id = await aJob();
    const seen: string[] = [];
    let other = Promise.resolve(false);
    // The first worker falls silent before its third batch. Meanwhile another one does the rest; then the first wakes up.
    await work(
      counting(4, async (batch) => {
        seen.push(`first ${batch}`);
        if (batch !== 2) return;
        await letLeaseExpire(gateway, id);
        other = work(
          counting(4, (at) => void seen.push(`second ${at}`)),
          'second',
        );
        await other;
      }),
      'first',
    );
    expect(await other).toBe(true);
    expect(seen).toEqual(['first 0', 'first 1', 'first 2', 'second 2', 'second 3']);
    const job = await jobOf(gateway, id);
    expect(job).toMatchObject({ status: 'completed', worker_id: 'second', progress_current: 4, statistics: { done: 4 } });
    const finished = await gateway.database.db
      .selectFrom('platform_audit_log')
      .select('id')
      .where('resource_id', '=', id)
      .where('action', '=', 'job.finish')
      .execute();
    expect(finished).toHaveLength(1);
  });

  it('refuses the report of a worker whose job was taken while it still runs elsewhere', async () => {
    const id = await aJob();
    await work(
      counting(3, async (batch) => {
        if (batch !== 1) return;
        await letLeaseExpire(gateway, id);
        // The second worker has claimed it and is in its first batch when the first reports.
        await gateway.database.db
          .updateTable('jobs')
          .set((eb) => ({ fence: eb('fence', '+', 1), worker_id: 'second', lease_expires_at: new Date(Date.now() + 60_000).toISOString() }))
          .where('public_id', '=', id)
          .execute();
      }),
      'first',
    );
    expect(await jobOf(gateway, id)).toMatchObject({ status: 'running', worker_id: 'second', progress_current: 1 });
  });

  it('cancels a running job before its next batch, and a waiting one at once', async () => {
    const running = await aJob();
    const begun: number[] = [];
    await work(
      counting(10, async (batch) => {
        begun.push(batch);
        if (batch === 3) expect((await cancel(running)).data?.cancelJob.job.status).toBe('RUNNING');
      }),
    );
    expect(begun).toEqual([0, 1, 2, 3]);
    expect(await jobOf(gateway, running)).toMatchObject({ status: 'cancelled', progress_current: 4 });

    const waiting = await aJob();
    expect((await cancel(waiting)).data?.cancelJob.job.status).toBe('CANCELLED');
    expect(await work(counting(1))).toBe(false);
    expect((await cancel(waiting)).errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', status: 'cancelled' });
  });

  it('hands a job back when its worker stops, and counts no attempt', async () => {
    const id = await aJob();
    const stopping = new AbortController();
    await work(
      counting(3, (batch) => batch === 1 && stopping.abort()),
      'first',
      stopping.signal,
    );
    expect(await jobOf(gateway, id)).toMatchObject({ status: 'queued', progress_current: 2 });
    const batches: number[] = [];
    await work(counting(3, (batch) => void batches.push(batch)));
    expect(batches).toEqual([2]);
    expect(await jobOf(gateway, id)).toMatchObject({ status: 'completed', errors: [] });
  });

  it('waits longer after each failure, and shows of a defect its trace id alone', async () => {
    const id = await aJob();
    await work(
      counting(1, () => {
        throw new Error('password=hunter2');
      }),
    );
    expect(await work(counting(1))).toBe(false);
    const { status, errors } = await jobOf(gateway, id);
    expect({ status, errors }).toEqual({
      status: 'queued',
      errors: [expect.stringMatching(/^Something went wrong on our side \(trace id [0-9a-f]{32}\)\.$/)],
    });
    await cancel(id);
  });

  it('gives up on a job whose workers are lost one after the other', async () => {
    const id = await aJob();
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      await gateway.database.db
        .updateTable('jobs')
        .set((eb) => ({ status: 'running', attempts: attempt, fence: eb('fence', '+', 1), lease_expires_at: new Date(0).toISOString() }))
        .where('public_id', '=', id)
        .execute();
    }
    expect(await work(counting(1))).toBe(true);
    expect(await jobOf(gateway, id)).toMatchObject({ status: 'failed', errors: ['Its worker was lost 5 times before it got on.'] });
  });
});
