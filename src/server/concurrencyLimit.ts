/** Milliseconds between two looks at how late the event loop is. */
const beat = 20;

export interface LimitBounds {
  /** However late the event loop is, so many may be worked on: fewer would leave connections to the database idle. */
  readonly least: number;
  readonly most: number;
  /** Milliseconds that one turn of the event loop may take. A request takes several, and one that is to be refused waits for one. */
  readonly turn: number;
}

/** What was seen since the last look. */
export interface Seen {
  /** Milliseconds by which the event loop was late. */
  readonly late: number;
  /** Requests that were worked on at once, at most. */
  readonly inFlight: number;
}

/**
 * The number of requests that may be worked on at once, after what was seen. Turns of the event loop are as long as the work that is ready
 * in each, so a turn that took twice too long says that half as many would have been right. Upwards it goes in small steps where the
 * limit was reached, so that it stays near what the machine can do, and fast where it was not.
 */
export function nextLimit(limit: number, { late, inFlight }: Seen, { least, most, turn }: LimitBounds): number {
  if (late > turn) {
    // Few at work don't make the loop late: the collector did, or a neighbour.
    if (inFlight < least) return limit;
    return Math.max(least, Math.min(limit, (inFlight * turn) / late));
  }
  return Math.min(most, inFlight >= limit ? limit + 1 : limit * 1.2 + 1);
}

export interface ConcurrencyLimit {
  /** Requests that may be worked on at once, now. */
  readonly current: () => number;
  /** Tells of a request that was let in. @param inFlight requests that are worked on with it */
  readonly saw: (inFlight: number) => void;
  readonly stop: () => void;
}

/** Keeps a limit by what the event loop shows. */
export function concurrencyLimit(bounds: LimitBounds): ConcurrencyLimit {
  let limit = bounds.most;
  let inFlightAtMost = 0;
  let due = performance.now() + beat;
  const timer = setInterval(() => {
    const now = performance.now();
    limit = nextLimit(limit, { late: now - due, inFlight: inFlightAtMost }, bounds);
    inFlightAtMost = 0;
    due = now + beat;
  }, beat);
  timer.unref();
  return {
    current: () => limit,
    saw(inFlight) {
      if (inFlight > inFlightAtMost) inFlightAtMost = inFlight;
    },
    stop: () => clearInterval(timer),
  };
}
