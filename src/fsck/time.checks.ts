import { sql } from 'kysely';
import type { Check } from './check.js';

/** Seconds that a lease may have run out before someone must have taken over. */
const takeover = 120;
/** Seconds: the most that the settings let an impersonation last. */
const longestImpersonation = 86_400;
/** Seconds; well above what the pools let pass. */
const longestPause = 60;

const jobs: Check = {
  name: 'No job is with a worker that is gone',
  async find({ db }) {
    const { rows } = await sql<{ id: string; seconds: number }>`/* fsck */
      select public_id as id, extract(epoch from now() - lease_expires_at)::int as seconds from jobs
      where status = 'running' and lease_expires_at < now() - make_interval(secs => ${takeover}) order by id`.execute(db);
    return rows.map(({ id, seconds }) => `The job ${id} is running, and its lease ran out ${seconds} s ago.`);
  },
};

const provisioning: Check = {
  name: 'No org waits to be made by a process that is gone',
  async find({ db }) {
    const { rows } = await sql<{ id: string; seconds: number }>`/* fsck */
      select o.public_id as id, extract(epoch from now() - p.lease_expires_at)::int as seconds
      from org_provisioning p join orgs o on o.id = p.org_id
      where p.lease_expires_at < now() - make_interval(secs => ${takeover}) order by o.id`.execute(db);
    return rows.map(({ id, seconds }) => `The org ${id} is not ready, and nobody has taken it up for ${seconds} s.`);
  },
};

const impersonations: Check = {
  name: 'No impersonation lasts longer than one may',
  async find({ db }) {
    const { rows } = await sql<{ id: string }>`/* fsck */ select public_id as id from impersonation_sessions
      where ended_at is null and expires_at > started_at + make_interval(secs => ${longestImpersonation}) order by id`.execute(db);
    return rows.map(({ id }) => `The impersonation ${id} lasts longer than ${longestImpersonation} s.`);
  },
};

/** @param seconds that a connection may do nothing inside of a transaction */
export function noneLeftInTransaction(seconds: number): Check {
  return {
    name: 'No connection is left in a transaction',
    async find({ db }) {
      const { rows } = await sql<{ pid: number; name: string; idle: number }>`/* fsck */
        select pid, application_name as name, extract(epoch from now() - state_change)::int as idle from pg_stat_activity
        where datname = current_database() and state like 'idle in transaction%'
          and state_change < now() - make_interval(secs => ${seconds}) order by pid`.execute(db);
      return rows.map(({ pid, name, idle }) => `The connection ${pid} of "${name}" has done nothing in its transaction for ${idle} s.`);
    },
  };
}

export const timeChecks: readonly Check[] = [jobs, provisioning, impersonations, noneLeftInTransaction(longestPause)];
