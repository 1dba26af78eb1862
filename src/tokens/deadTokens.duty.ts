import type { Duty } from '../worker/duty.js';
import { deleteBatch } from './deadTokens.js';

const hour = 3_600_000;

/** Deletes tokens that nobody can use again, as `cleanupTokens` does. */
export const deadTokens: Duty = {
  name: 'dead tokens',
  every: hour,
  async run({ db }) {
    return (await deleteBatch(db)).hasMore;
  },
};
