import { sql } from 'kysely';
import type { Duty } from '../../worker/duty.js';

const hour = 3_600_000;

/** Makes the audit log's monthly partitions a year ahead, so that no entry ever lacks one. */
export const auditPartitions: Duty = {
  name: 'audit partitions',
  every: 24 * hour,
  async run({ db }) {
    await sql`select make_audit_partitions(current_date, (current_date + interval '12 months')::date)`.execute(db);
    return false;
  },
};
