import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

// As start.cts has it; and a young generation that does not shrink where requests are slow, so that it ends in the midst of no answer.
const flags = ['--no-allocation-site-pretenuring', '--min-semi-space-size=16', '--expose-gc'];

it('leaves nothing of an answer to a full collection', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, '--import', 'tsx', 'test/graphql/keptBytes.ts']);
  const { answer, kept } = JSON.parse(stdout);
  expect(answer).toBeGreaterThan(100_000);
  // A fourth of it is what the process gathers anyway; an answer whose rows are kept is four times as much.
  expect(kept).toBeLessThan(answer);
});
