/** A sequence of numbers in [0, 1) that is the same for the same seed (mulberry32), so that demo data is. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Choices from a seeded sequence. */
export interface Choices {
  /** A whole number from 0 to `end`, which is left out. */
  readonly below: (end: number) => number;
  readonly oneOf: <T>(values: readonly [T, ...T[]]) => T;
  /** True as often as `share` of 1 says. */
  readonly chance: (share: number) => boolean;
}

export function choicesFrom(seed: number): Choices {
  const random = seededRandom(seed);
  const below = (end: number) => Math.floor(random() * end);
  return {
    below,
    oneOf: ([first, ...others]) => others[below(others.length + 1) - 1] ?? first,
    chance: (share) => random() < share,
  };
}
