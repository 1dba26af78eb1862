import { sql } from 'kysely';
import type { Duty } from '../worker/duty.js';
import { keptHours } from './idempotency.js';

const batchSize = 1_000;

/** Deletes idempotency keys, and the outcomes kept with them, when their day is over. */
export const idempotencyKeys: Duty = {
  name: 'idempotency keys',
  every: 600_000,
  async run({ db }) {
    const { numAffectedRows = 0n } = await sql`delete from idempotency_keys where ctid = any (array(
      select ctid from idempotency_keys where created_at <= now() - make_interval(hours => ${keptHours})
      limit ${batchSize} for update skip locked))`.execute(db);
    return numAffectedRows === BigInt(batchSize);
  },
};
