import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Unavailable } from '../../src/errors.js';
import { createBreaker } from '../../src/tenancy/breaker.js';

const rest = 50;

function aBreaker() {
  const breaker = createBreaker({ failures: 2, rest, judge: (error) => (String(error).includes('down') ? 'failed' : 'alive') });
  let calls = 0;
  return {
    calls: () => calls,
    call: (how: 'well' | 'down' | 'refused') =>
      breaker
        .run(async () => {
          calls += 1;
          if (how !== 'well') throw new Error(how);
          return how;
        })
        .catch((error: unknown) => error),
  };
}

describe('A circuit breaker', () => {
  it('opens after failures in a row, and tries nothing for a while', async () => {
    const { call, calls } = aBreaker();
    await call('down');
    await call('down');
    expect(await call('well')).toBeInstanceOf(Unavailable);
    expect(calls()).toBe(2);
  });

  it('takes a refusal for a sign of life', async () => {
    const { call } = aBreaker();
    await call('down');
    await call('refused');
    await call('down');
    expect(await call('well')).toBe('well');
  });

  it('lets one call try after the rest, and closes when it went well', async () => {
    const { call, calls } = aBreaker();
    await call('down');
    await call('down');
    await sleep(rest + 10);
    const [tried, other] = await Promise.all([call('well'), call('well')]);
    expect(tried).toBe('well');
    expect(other).toBeInstanceOf(Unavailable);
    expect(calls()).toBe(3);
    expect(await call('well')).toBe('well');
  });

  it('stays open where that call failed', async () => {
    const { call, calls } = aBreaker();
    await call('down');
    await call('down');
    await sleep(rest + 10);
    await call('down');
    expect(await call('well')).toBeInstanceOf(Unavailable);
    expect(calls()).toBe(3);
  });
});
