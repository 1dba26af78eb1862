import type { Duty } from '../../worker/duty.js';
import { closeRepeats } from './repeats.js';

const batchSize = 500;

/** Tells the trail of the repetitions that were counted: of refusals, of failed sign-ins, of searches. */
export const auditRepeats: Duty = {
  name: 'audit repeats',
  every: 30_000,
  async run({ db }) {
    return (await db.transaction().execute((tx) => closeRepeats(tx, batchSize))) === batchSize;
  },
};
