import { Conflict } from '../../errors.js';
import type { JobKind } from '../job.enums.js';

/** A job that this worker has claimed. */
export interface HeldJob {
  /** Internal key. */
  readonly key: string;
  readonly id: string;
  readonly kind: JobKind;
  readonly payload: unknown;
  /** As far as it had come when it was claimed. */
  readonly statistics: unknown;
  readonly org: { readonly key: string; readonly id: string; readonly name: string };
  readonly requestedAt: string;
  /** Raised at each claim: what is written under an older one is refused. */
  readonly fence: number;
  /** Claims since it last got on, this one with them. */
  readonly attempts: number;
  readonly isCancelled: boolean;
}

/** What a job's handler throws where no further attempt would do better. */
export class JobGivenUp extends Conflict {}

/** What a batch of work has come to. */
export interface JobProgress {
  readonly stage: string;
  /** For people; at most 500 characters. */
  readonly message: string;
  /** Of all stages together. */
  readonly current: number;
  readonly total: number;
  /** Kept with the job and handed to whoever takes it up again. */
  readonly statistics: Readonly<Record<string, unknown>>;
}

/** How long things take in the queue, in milliseconds. */
export interface QueueTiming {
  /** How long a job stays with a worker that gives no sign of life. */
  readonly lease: number;
  /** Between two signs of life. */
  readonly heartbeat: number;
  /** Before an attempt that follows the first failure; doubled with each one more. */
  readonly backOff: number;
}
