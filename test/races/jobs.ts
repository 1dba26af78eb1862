import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import type { Race, Track } from './kit.js';

const few = { locations: 1, providers: 1, patients: 5, appointments: 5 };
const seed = 'mutation ($id: UUID!, $input: SeedOrgInput) { seedOrg(orgId: $id, input: $input) { job { id } } }';
const cancel = 'mutation ($id: UUID!) { cancelJob(id: $id) { job { status } } }';

const orgs: string[] = [];
async function someOrgs({ make }: Track): Promise<void> {
  while (orgs.length < 6) {
    const input = { name: 'Jobs', slug: `jobs-${orgs.length}` };
    orgs.push((await make('mutation ($input: CreateOrgInput!) { createOrg(input: $input) { org { id } } }', { input })).createOrg.org.id);
  }
}

async function queue(track: Track, org: string, input: object): Promise<string> {
  return (await track.make(seed, { id: org, input })).seedOrg.job.id;
}

/** The job when it has ended, and what the trail says of its end. */
async function ended({ database: { db } }: Track, id: string) {
  for (const start = performance.now(); performance.now() - start < 60_000; await sleep(10)) {
    const job = await db.selectFrom('jobs').select(['status', 'fence', 'statistics']).where('public_id', '=', id).executeTakeFirstOrThrow();
    if (job.status === 'queued' || job.status === 'running') continue;
    const entries = await db.selectFrom('platform_audit_log').select('action').where('resource_id', '=', id).execute();
    return { status: job.status, fence: job.fence, ends: entries.filter(({ action }) => action === 'job.finish').length };
  }
  throw new Error(`The job ${id} did not end.`);
}

/** Six jobs at once for the six slots of two workers: each is claimed once and done once. */
export const claims: Race = {
  name: 'six jobs, for six slots of two workers',
  rounds: 3,
  prepare: someOrgs,
  async run(track) {
    const ids = await Promise.all(orgs.map((org) => queue(track, org, few)));
    const ends = await Promise.all(ids.map((id) => ended(track, id)));
    for (const end of ends) expect(end).toEqual({ status: 'completed', fence: 1, ends: 1 });
    const workers = await track.database.db.selectFrom('jobs').select('worker_id').where('public_id', 'in', ids).execute();
    const processes = new Set(workers.map(({ worker_id: id }) => id?.split('/')[0]));
    return `each claimed and done once, by ${processes.size} ${processes.size === 1 ? 'process' : 'processes'}`;
  },
};

/** A job is cancelled at any moment of its short life: it ends once, and as whoever cancelled it was told. */
export const cancellation: Race = {
  name: 'a job that is cancelled while it ends',
  rounds: 3,
  prepare: someOrgs,
  async run(track, round) {
    const ids = await Promise.all(orgs.map((org) => queue(track, org, few)));
    const outcomes = await Promise.all(
      ids.map(async (id, number) => {
        const { db } = track.database;
        // Most of a job's life is waiting: half of the cancellations meet it as it runs.
        while (number % 2 === 0) {
          const { status } = await db.selectFrom('jobs').select('status').where('public_id', '=', id).executeTakeFirstOrThrow();
          if (status !== 'queued') break;
          await sleep(2);
        }
        await round.stagger(number % 2 === 0 ? 60 : 1_000);
        const { code, data } = await track.graphql(number, cancel, { id });
        return { id, told: code === 'done' ? String(data.cancelJob.job.status) : code };
      }),
    );
    const counts: string[] = [];
    for (const { id, told } of outcomes) {
      const end = await ended(track, id);
      if (told === 'CANCELLED') expect({ told, ...end }).toMatchObject({ status: 'cancelled' });
      else if (told === 'CONFLICT') expect({ told, ...end }).toMatchObject({ status: 'completed', ends: 1 });
      // Asked to stop while it ran: before its next batch, if there is one.
      else expect({ told, ...end }).toMatchObject({ told: 'RUNNING', status: expect.stringMatching(/^(cancelled|completed)$/), ends: 1 });
      counts.push(`${told} → ${end.status}`);
    }
    for (const count of counts) outcomesSeen.set(count, (outcomesSeen.get(count) ?? 0) + 1);
    return 'each ended once, as it was told';
  },
  async tidy() {
    process.stdout.write(`cancelled as they end: ${[...outcomesSeen].map(([outcome, count]) => `${outcome}: ${count}`).join(', ')}\n`);
  },
};
const outcomesSeen = new Map<string, number>();
