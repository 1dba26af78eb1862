import { Unavailable } from '../errors.js';

/** Runs work now or when its turn comes. @throws Unavailable where too much waits already */
export type BoundedQueue = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * Lets a few pieces of work run at once and some more wait for their turn, in order. What comes beyond them is refused at once, so that a
 * flood costs neither memory nor the time of others.
 * @param refusal tells the caller what there is too much of
 */
export function boundedQueue(atOnce: number, mostWaiting: number, refusal: string): BoundedQueue {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running < atOnce) running += 1;
    else if (waiting.length >= mostWaiting) throw new Unavailable(refusal);
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      // Whoever is next takes over the place that becomes free.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
