import { type Kysely, type RawBuilder, sql } from 'kysely';
import { change } from '../../audit/change.js';
import type { DB } from '../../db/types.generated.js';
import { Unavailable } from '../../errors.js';
import type { JobStatus } from '../job.enums.js';
import { jobEntry } from '../jobs.service.js';
import type { HeldJob, JobProgress } from './heldJob.js';

/**
 * Whether a job is still this worker's. It is not once another one has claimed it, or it is gone: then nothing of what this worker writes
 * about it is taken.
 */
export type Standing = 'held' | 'cancelled' | 'lost';

/** The job under the fence that this worker was given. */
function heldBy({ key, fence }: HeldJob): RawBuilder<unknown> {
  return sql`id = ${key} and fence = ${fence} and status = 'running'`;
}

async function write(db: Kysely<DB>, job: HeldJob, name: string, sets: RawBuilder<unknown>): Promise<Standing> {
  const { rows } = await sql<{ cancelled: boolean }>`/* ${sql.raw(name)} */ update jobs set ${sets} where ${heldBy(job)}
    returning cancel_requested_at is not null as cancelled`.execute(db);
  const [row] = rows;
  if (!row) return 'lost';
  return row.cancelled ? 'cancelled' : 'held';
}

/**
 * For a step elsewhere that must not be done by a worker whose job went on without it: asked last, while what the step locks is held.
 * @throws Unavailable where the job is no longer this worker's, or is to be stopped
 */
export async function requireHeld(db: Kysely<DB>, job: HeldJob): Promise<void> {
  const { rows } = await sql`/* is the job held */ select from jobs where ${heldBy(job)} and cancel_requested_at is null`.execute(db);
  if (rows.length === 0) throw new Unavailable('The job was stopped, or went on with another worker.');
}

const renewed = (lease: number) => sql`heartbeat_at = now(), lease_expires_at = now() + ${lease} * interval '1 millisecond'`;

/** Keeps the job with this worker for as long again. @param lease milliseconds */
export function renew(db: Kysely<DB>, job: HeldJob, lease: number): Promise<Standing> {
  return write(db, job, 'job heartbeat', renewed(lease));
}

/** Says how far the job has come, and keeps it for as long again. One that gets on has all its attempts before it. */
export function advance(db: Kysely<DB>, job: HeldJob, progress: JobProgress, lease: number): Promise<Standing> {
  const { stage, message, current, total, statistics } = progress;
  const sets = sql`current_stage = ${stage}, current_message = ${message}, progress_current = ${current}, progress_total = ${total},
    statistics = ${JSON.stringify(statistics)}::jsonb, attempts = 0, ${renewed(lease)}`;
  return write(db, job, 'job progress', sets);
}

/** Hands the job back, to go on where it stands: this worker stops. The attempt does not count. */
export function release(db: Kysely<DB>, job: HeldJob): Promise<Standing> {
  const sets = sql`status = 'queued', lease_expires_at = null, run_at = now(), attempts = greatest(attempts - 1, 0)`;
  return write(db, job, 'release job', sets);
}

/** Entries of a job's list of errors; older ones make place. */
const errorsKept = 20;
const withError = (error: string) => sql`(errors || ${error}::text)[greatest(cardinality(errors) + 2 - ${errorsKept}, 1):]`;

/** Puts the job off after a failure. @param delay milliseconds */
export function putOff(db: Kysely<DB>, job: HeldJob, error: string, delay: number): Promise<Standing> {
  const sets = sql`status = 'queued', lease_expires_at = null, run_at = now() + ${delay} * interval '1 millisecond', errors = ${withError(error)}`;
  return write(db, job, 'put job off', sets);
}

const messages: Readonly<Record<'completed' | 'failed' | 'cancelled', string>> = {
  completed: 'All of it is done.',
  failed: 'It was given up.',
  cancelled: 'It was cancelled.',
};

/** Ends the job, and records that in the trail. Does nothing where the job is no longer this worker's. */
export async function finish(
  { db, traceId }: { db: Kysely<DB>; traceId: string },
  job: HeldJob,
  status: Extract<JobStatus, keyof typeof messages>,
  error?: string,
): Promise<void> {
  const author = { db, actor: null, origin: { traceId, ipAddress: null, userAgent: null } };
  await change(author, async ({ tx, record }) => {
    const { rows } = await sql<{ statistics: unknown; errors: string[] }>`/* finish job */ update jobs
      set status = ${status}, lease_expires_at = null, completed_at = now(), current_message = ${messages[status]},
        errors = ${error === undefined ? sql`errors` : withError(error)}
      where ${heldBy(job)} returning statistics, errors`.execute(tx);
    const [after] = rows;
    if (!after) throw new LostJob();
    await record({
      action: 'job.finish',
      ...jobEntry(job.id, job.kind, job.org),
      before: { status: 'running' },
      after: { status, ...after },
    });
  }).catch(unlessLost);
}

/** Rolls the end of a job back that is another worker's by now. */
class LostJob extends Error {}

function unlessLost(error: unknown): void {
  if (!(error instanceof LostJob)) throw error;
}
