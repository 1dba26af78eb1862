import { randomBytes } from 'node:crypto';
import { asDomainError } from '../../failure.js';
import type { DutyContext } from '../../worker/duty.js';
import type { JobKind } from '../job.enums.js';
import { claimJob } from './claim.js';
import { type HeldJob, JobGivenUp, type JobProgress, type QueueTiming } from './heldJob.js';
import { advance, finish, putOff, release, renew } from './hold.js';

/**
 * Does a job of one kind, a batch at a time, and says after each how far it has come. It begins where the job's statistics say, and does
 * no harm where a batch is done twice: a worker may die between a batch and its report.
 */
export type JobHandler = (ctx: DutyContext, job: HeldJob) => AsyncIterable<JobProgress>;

export type JobHandlers = Readonly<Partial<Record<JobKind, JobHandler>>>;

/** Attempts that may follow each other without the job getting on. */
const maxAttempts = 5;

/** How a worker's time with a job ended. */
type Outcome = 'completed' | 'cancelled' | 'lost' | 'stopped';

/**
 * Claims a job and does it until it ends, is cancelled, or the worker stops; then it goes on elsewhere, from where it was.
 * @returns whether there was one
 */
export async function runNextJob(
  ctx: DutyContext,
  handlers: JobHandlers,
  isKind: readonly JobKind[],
  workerId: string,
  timing: QueueTiming,
): Promise<boolean> {
  const job = await claimJob(ctx.db, isKind, workerId, timing.lease);
  if (!job) return false;
  const trace = { db: ctx.db, traceId: randomBytes(16).toString('hex') };
  if (job.isCancelled) await finish(trace, job, 'cancelled');
  else if (job.attempts > maxAttempts) await finish(trace, job, 'failed', `Its worker was lost ${maxAttempts} times before it got on.`);
  else await attempt(ctx, job, handlerOf(handlers, job.kind), timing, trace);
  return true;
}

function handlerOf(handlers: JobHandlers, kind: JobKind): JobHandler {
  const handler = handlers[kind];
  if (!handler) throw new Error(`A job of the kind ${kind} was claimed, and nothing here does it.`);
  return handler;
}

async function attempt(
  ctx: DutyContext,
  job: HeldJob,
  handler: JobHandler,
  timing: QueueTiming,
  trace: Parameters<typeof finish>[0],
): Promise<void> {
  const beat = setInterval(() => {
    // A beat that fails is no harm: the next one, or the next report, keeps the job.
    renew(ctx.db, job, timing.lease).catch((error: unknown) => ctx.log.warn({ err: error, job: job.id }, 'a job’s heartbeat failed'));
  }, timing.heartbeat);
  try {
    const outcome = await doBatches(ctx, job, handler, timing.lease);
    if (outcome === 'completed' || outcome === 'cancelled') await finish(trace, job, outcome);
    else if (outcome === 'stopped') await release(ctx.db, job);
    else ctx.log.warn({ job: job.id, fence: job.fence }, 'a job went on with another worker');
  } catch (error) {
    ctx.log.error({ err: error, job: job.id, trace_id: trace.traceId }, 'an attempt at a job failed');
    if (error instanceof JobGivenUp) await finish(trace, job, 'failed', error.message);
    else await afterFailure(ctx, job, timing, trace, wordingOf(error, trace.traceId));
  } finally {
    clearInterval(beat);
  }
}

async function doBatches(ctx: DutyContext, job: HeldJob, handler: JobHandler, lease: number): Promise<Outcome> {
  for await (const progress of handler(ctx, job)) {
    const standing = await advance(ctx.db, job, progress, lease);
    if (standing !== 'held') return standing;
    if (ctx.signal.aborted) return 'stopped';
  }
  return 'completed';
}

async function afterFailure(ctx: DutyContext, job: HeldJob, timing: QueueTiming, trace: Parameters<typeof finish>[0], error: string) {
  const attempts = await attemptsOf(ctx, job);
  if (attempts >= maxAttempts) await finish(trace, job, 'failed', error);
  else await putOff(ctx.db, job, error, timing.backOff * 2 ** Math.max(attempts - 1, 0));
}

/** The job may have got on since it was claimed. */
async function attemptsOf({ db }: DutyContext, { key, attempts }: HeldJob): Promise<number> {
  const row = await db.selectFrom('jobs').select('attempts').where('id', '=', key).executeTakeFirst();
  return row?.attempts ?? attempts;
}

/** A domain error says what its reader may know. Of a defect only the trace id is shown. */
function wordingOf(error: unknown, traceId: string): string {
  return asDomainError(error)?.message ?? `Something went wrong on our side (trace id ${traceId}).`;
}
