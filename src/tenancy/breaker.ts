import { Unavailable } from '../errors.js';

export interface BreakerOptions {
  /** Failures in a row after which nothing is tried for a while. */
  readonly failures: number;
  /** Milliseconds for which nothing is tried; then one call tries, while the others are still refused. */
  readonly rest: number;
  /** What an error says of the other side: that it failed, that it is there, or nothing. */
  readonly judge: (error: unknown) => 'failed' | 'alive' | 'unknown';
}

export interface Breaker {
  /** Runs `work` unless the other side is known not to answer. @throws Unavailable at once, where it is */
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** A circuit breaker: those who depend on something that is down are told so at once, and do not wait for it. */
export function createBreaker({ failures, rest, judge }: BreakerOptions): Breaker {
  let failed = 0;
  let restsUntil = 0;

  function requireAwake(): void {
    if (failed < failures) return;
    const now = performance.now();
    if (now < restsUntil) {
      throw new Unavailable('The database of this org does not answer. Try again shortly.', Math.ceil((restsUntil - now) / 1_000));
    }
    restsUntil = now + rest;
  }

  function note(verdict: ReturnType<typeof judge>): void {
    if (verdict === 'alive') failed = 0;
    if (verdict !== 'failed') return;
    failed += 1;
    if (failed >= failures) restsUntil = performance.now() + rest;
  }

  return {
    async run(work) {
      requireAwake();
      try {
        const result = await work();
        note('alive');
        return result;
      } catch (error) {
        note(judge(error));
        throw error;
      }
    },
  };
}
