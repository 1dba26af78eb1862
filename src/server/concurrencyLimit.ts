/** Milliseconds between two looks at how late the event loop is. */
const beat = 20;

export interface LimitBounds {
  /** However late the event loop is, so many may be worked on: fewer would leave connections to the database idle. */
  readonly least: number;
  /** So many may be worked on at a moment's notice; more only as it shows that they make no turn long, such as those that wait for a shard. */
  readonly atOnce: number;
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
 * in each, so a turn that took twice too long says that half as many would have been right.
 */
export function nextLimit(limit: number, { late, inFlight }: Seen, { least, atOnce, most, turn }: LimitBounds): number {
  // Few at work don't make the loop late: the collector did, or a neighbour.
  if (late > turn && inFlight >= least) return Math.max(least, Math.min(limit, (inFlight * turn) / late));
  if (late > turn) return limit;
  if (inFlight >= limit) return Math.min(most, limit * 1.03 + 1);
  return limit < atOnce ? Math.min(atOnce, limit * 1.2 + 1) : Math.max(atOnce, limit * 0.98);
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
  let limit = bounds.atOnce;
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
