import { describe, expect, it } from '@jest/globals';
import { boundedQueue } from '../../src/access/boundedQueue.js';
import { Unavailable } from '../../src/errors.js';

/** Work that ends when it is told to. */
function work() {
  let end: (value: string) => void = () => {};
  const ended = new Promise<string>((resolve) => {
    end = resolve;
  });
  let hasBegun = false;
  return {
    run: () => {
      hasBegun = true;
      return ended;
    },
    hasBegun: () => hasBegun,
    end: () => end('done'),
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('boundedQueue', () => {
  it('runs a few at once, lets some wait in order, refuses the others at once, and takes new ones when there is room', async () => {
    const inTurn = boundedQueue(2, 2, 'Too much at once.');
    const [a, b, c, d, e] = [work(), work(), work(), work(), work()];
    const taken = [a, b, c, d].map(({ run }) => inTurn(run));
    await expect(inTurn(e.run)).rejects.toThrow(new Unavailable('Too much at once.'));
    await turn();
    expect([a, b, c, d, e].map(({ hasBegun }) => hasBegun())).toEqual([true, true, false, false, false]);
    b.end();
    await turn();
    expect([c, d].map(({ hasBegun }) => hasBegun())).toEqual([true, false]);
    const late = inTurn(e.run);
    for (const { end } of [a, c, d, e]) end();
    expect(await Promise.all([...taken, late])).toEqual(Array(5).fill('done'));
  });

  it('goes on behind work that fails', async () => {
    const inTurn = boundedQueue(1, 1, 'Too much at once.');
    const failing = inTurn(() => Promise.reject(new Error('It failed.')));
    const next = inTurn(async () => 'done');
    await expect(failing).rejects.toThrow('It failed.');
    expect(await next).toBe('done');
  });
});
