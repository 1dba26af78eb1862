import { describe, expect, it } from '@jest/globals';
import { nextLimit } from '../../src/server/concurrencyLimit.js';

const bounds = { least: 20, atOnce: 100, most: 1_000, turn: 40 };

/** A machine on which each request that is worked on makes a turn of the event loop so much longer. @returns the limits, turn by turn */
function under(load: { readonly milliseconds: number; readonly offered: number }, turns: number, from: number = bounds.most): number[] {
  const limits: number[] = [];
  let limit = from;
  for (let turn = 0; turn < turns; turn += 1) {
    const inFlight = Math.min(limit, load.offered);
    limit = nextLimit(limit, { late: inFlight * load.milliseconds, inFlight }, bounds);
    limits.push(limit);
  }
  return limits;
}

describe('the limit of what is worked on at once', () => {
  it('falls in a turn or two to what keeps a turn short, and stays about there', () => {
    const limits = under({ milliseconds: 1, offered: 5_000 }, 500).slice(1);
    expect(Math.min(...limits)).toBeGreaterThanOrEqual(38);
    expect(Math.max(...limits)).toBeLessThanOrEqual(43);
  });

  it('is never below the least, however slow the machine is', () => {
    expect(under({ milliseconds: 100, offered: 5_000 }, 50).at(-1)).toBe(bounds.least);
  });

  it('follows a machine that gets faster, up to the most, within seconds', () => {
    const slow = under({ milliseconds: 1, offered: 5_000 }, 10).at(-1);
    const limits = under({ milliseconds: 0, offered: 5_000 }, 2_000, slow);
    expect(limits.at(-1)).toBe(bounds.most);
    expect(limits).toEqual([...limits].sort((a, b) => a - b));
  });

  it('forgets a flood, and what waited for long, within seconds', () => {
    expect(under({ milliseconds: 0, offered: 3 }, 50, bounds.least).at(-1)).toBe(bounds.atOnce);
    expect(under({ milliseconds: 0, offered: 3 }, 150, bounds.most).at(-1)).toBe(bounds.atOnce);
  });

  it('does not fall for a pause that few requests met', () => {
    expect(nextLimit(1_000, { late: 900, inFlight: 3 }, bounds)).toBe(1_000);
  });
});
