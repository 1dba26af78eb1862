import type { Logger } from 'pino';
import type { Platform } from '../context.js';

/** What a duty is done with. */
export interface DutyContext extends Platform {
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;
  /** Aborted when the process stops: a duty ends at the next place where it can be taken up again. */
  readonly signal: AbortSignal;
}

/**
 * Something that is done again and again in the background. Every process with a worker does every duty, so one must be safe beside itself:
 * by `for update skip locked`, or by a lock of the database.
 */
export interface Duty {
  /** Names it in log lines. */
  readonly name: string;
  /** Milliseconds from the end of one run to the next. */
  readonly every: number;
  /** Does a bounded share of the work. @returns whether there is more, so that it is run again at once */
  readonly run: (ctx: DutyContext) => Promise<boolean>;
}
