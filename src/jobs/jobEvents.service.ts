import { sql } from 'kysely';
import type { Platform } from '../context.js';
import type { JobEvent } from './jobs.types.js';

/** Milliseconds after which a watcher looks for itself, where the database announced nothing. */
const pollInterval = 5_000;
/** Events that are read at a time. */
const portion = 200;

interface News {
  readonly events: readonly JobEvent[];
  /** Whether nothing comes behind these: the job has ended, or is gone. */
  readonly areLast: boolean;
}

async function newsOf({ db }: Pick<Platform, 'db'>, jobId: string, number: number): Promise<News> {
  const { rows } = await sql<{ number: number | null; latest: number; has_ended: boolean }>`/* job events */
    select j.event_number as latest, j.completed_at is not null as has_ended, e.number, j.public_id as "jobId", e.created_at as at, e.status, e.current_stage as "currentStage",
      e.current_message as "currentMessage", e.progress_current as "progressCurrent", e.progress_total as "progressTotal",
      e.statistics, e.errors, e.cancel_requested_at as "cancelRequestedAt"
    from jobs j left join lateral (
      select * from job_events e where e.job_id = j.id and e.number > ${number} order by e.number limit ${portion}
    ) e on true where j.public_id = ${jobId} order by e.number`.execute(db);
  // The columns are the fields, except in the one row of nulls of a job that has nothing new.
  const events = rows.filter((row) => row.number !== null) as unknown as JobEvent[];
  const [job] = rows;
  const seen = events.at(-1)?.number ?? number;
  return { events, areLast: !job || (job.has_ended && seen >= job.latest) };
}

/**
 * The events of a job behind the one with the number `after`, each once and in order, as they happen. Ends with the event that ends the
 * job, when the job is gone with its org, and when `signal` aborts.
 */
export async function* jobEvents(
  ctx: Pick<Platform, 'db' | 'notifications'>,
  jobId: string,
  after: number,
  signal: AbortSignal,
): AsyncGenerator<JobEvent> {
  const bell = ctx.notifications.bell('jobs', jobId);
  let last = after;
  try {
    while (!signal.aborted) {
      const { events, areLast } = await newsOf(ctx, jobId, last);
      yield* events;
      if (areLast) return;
      last = events.at(-1)?.number ?? last;
      if (events.length < portion) await bell.wait(pollInterval, signal);
    }
  } finally {
    bell.close();
  }
}
