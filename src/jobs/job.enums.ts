import { registerEnumType } from 'type-graphql';

export const JobStatus = {
  QUEUED: 'queued',
  RUNNING: 'running',
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'cancelled',
} as const;
export type JobStatus = (typeof JobStatus)[keyof typeof JobStatus];
registerEnumType(JobStatus, {
  name: 'JobStatus',
  description: 'How far a job has come.',
  valuesConfig: {
    QUEUED: { description: 'Waits for a worker, or for its next attempt.' },
    RUNNING: { description: 'A worker is at it, or was until lately: what a dead one leaves goes on elsewhere.' },
    COMPLETED: { description: 'All of it is done.' },
    FAILED: { description: 'Given up; its errors say why.' },
    CANCELLED: { description: 'Stopped by someone. What was done until then stays.' },
  },
});

export const JobKind = { DEMO_DATA: 'demo_data', ORG_MOVE: 'org_move' } as const;
export type JobKind = (typeof JobKind)[keyof typeof JobKind];
registerEnumType(JobKind, {
  name: 'JobKind',
  description: 'What a job does.',
  valuesConfig: {
    DEMO_DATA: { description: 'Fills an org with demo data.' },
    ORG_MOVE: { description: 'Moves an org to another shard.' },
  },
});

const ended: ReadonlySet<JobStatus> = new Set([JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED]);

/** Whether nothing more comes of a job. */
export function hasEnded(status: JobStatus): boolean {
  return ended.has(status);
}
