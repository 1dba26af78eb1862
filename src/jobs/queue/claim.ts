import { type Kysely, sql } from 'kysely';
import type { DB } from '../../db/types.generated.js';
import type { JobKind } from '../job.enums.js';
import type { HeldJob } from './heldJob.js';

/**
 * Takes the job that has waited longest: one that is due, or one whose worker has let its lease run out. Workers that claim at the same
 * moment each get another one.
 * @param lease milliseconds
 * @returns undefined where there is none
 */
export async function claimJob(db: Kysely<DB>, kinds: readonly JobKind[], workerId: string, lease: number): Promise<HeldJob | undefined> {
  const { rows } = await sql<HeldJob>`/* claim a job */
    with claimable as (
      select id from jobs
      where kind = any (${kinds}::text[])
        and ((status = 'queued' and run_at <= now()) or (status = 'running' and lease_expires_at < now()))
      order by run_at, id limit 1 for update skip locked
    )
    update jobs j set status = 'running', worker_id = ${workerId}, fence = j.fence + 1, attempts = j.attempts + 1,
      lease_expires_at = now() + ${lease} * interval '1 millisecond', heartbeat_at = now(), started_at = coalesce(j.started_at, now())
    from claimable c, orgs o where c.id = j.id and o.id = j.org_id
    returning j.id as key, j.public_id as id, j.kind, j.payload, j.statistics, j.requested_at as "requestedAt", j.fence, j.attempts,
      json_build_object('key', o.id::text, 'id', o.public_id, 'name', o.name) as org,
      j.cancel_requested_at is not null as "isCancelled"`.execute(db);
  return rows[0];
}
