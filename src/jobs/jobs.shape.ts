import { sql } from 'kysely';
import type { Shape } from '../db/shape.js';
import { orgShape } from '../orgs/orgs.shape.js';

/** Where the REST surface shows jobs. The contract asks for these addresses in the job itself. */
const restPath = sql.lit('/api/v1/platform/jobs/');

/** Reads a job from `jobTables`, with its org where that is asked for. */
export const jobShape: Shape = {
  key: sql`j.id`,
  always: ['id', 'orgId'],
  columns: {
    id: sql`j.public_id`,
    kind: sql`j.kind`,
    status: sql`j.status`,
    orgId: sql`o.public_id`,
    payload: sql`j.payload`,
    requestedByKey: sql`j.requested_by`,
    requestedAt: sql`j.requested_at`,
    startedAt: sql`j.started_at`,
    completedAt: sql`j.completed_at`,
    cancelRequestedAt: sql`j.cancel_requested_at`,
    heartbeatAt: sql`j.heartbeat_at`,
    workerId: sql`j.worker_id`,
    attempts: sql`j.attempts`,
    currentStage: sql`j.current_stage`,
    currentMessage: sql`j.current_message`,
    progressCurrent: sql`j.progress_current`,
    progressTotal: sql`j.progress_total`,
    statistics: sql`j.statistics`,
    errors: sql`j.errors`,
    eventNumber: sql`j.event_number`,
    statusUrl: sql`${restPath} || j.public_id`,
    eventsUrl: sql`${restPath} || j.public_id || '/events'`,
    createdAt: sql`j.created_at`,
    updatedAt: sql`j.updated_at`,
  },
  joined: { org: orgShape },
};

export const jobTables = sql`jobs j join orgs o on o.id = j.org_id`;
