import { sql } from 'kysely';
import type { Duty } from '../worker/duty.js';

const hour = 3_600_000;
/** Events that are deleted at once. */
const batchSize = 5_000;

/**
 * Deletes the events of jobs that ended long ago. The last event of each stays, and the job itself: who follows it then is told how it
 * ended.
 */
export const oldJobEvents: Duty = {
  name: 'old job events',
  every: hour,
  async run({ db, jobEventsTtl }) {
    const { numAffectedRows } = await sql`/* old job events */ delete from job_events where (job_id, number) in (
      select e.job_id, e.number from jobs j join job_events e on e.job_id = j.id and e.number < j.event_number
      where j.completed_at < now() - ${jobEventsTtl} * interval '1 second'
      limit ${batchSize} for update of e skip locked)`.execute(db);
    return numAffectedRows === BigInt(batchSize);
  },
};
