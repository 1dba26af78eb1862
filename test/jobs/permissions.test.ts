import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aGrant, aMembership, anOrg, aTenant, aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { seed } from './jobsKit.js';
import { anotherShard, move, type OtherShard } from './movingKit.js';

let gateway: TestGateway;
let other: OtherShard;
/** Two orgs: one is seeded, the other moved. */
let seeded: { org: string; job: string };
let moved: { org: string; job: string };
beforeAll(async () => {
  gateway = await testGateway();
  other = await anotherShard(gateway);
  const [one, two] = [await anOrg(gateway.database), await aTenant(gateway)];
  seeded = { org: one, job: await seed(gateway, one) };
  moved = { org: two.id, job: await move(gateway, two.id, other.id) };
});
afterAll(async () => {
  await gateway.close();
  await other.stop();
});

async function adminWith(...permissions: string[]): Promise<string> {
  const id = await aUser(gateway.database);
  await aGrant(gateway.database, id, permissions);
  return gateway.tokenFor(id);
}

/** What a caller is told of one job: its id, or the permission that is missing. */
async function seen(token: string, id: string): Promise<unknown> {
  const { data, errors } = await gateway.graphql<{ job: { id: string } }, object>(
    'query ($id: UUID!) { job(id: $id) { id } }',
    { id },
    { token },
  );
  return data?.job?.id ?? errors[0]?.extensions.requiredPermission ?? errors[0]?.extensions.code;
}

async function listed(token: string): Promise<string[]> {
  const { data } = await gateway.graphql<{ jobs: { nodes: { id: string }[] } }, object>('{ jobs { nodes { id } } }', {}, { token });
  return (data?.jobs.nodes ?? []).map(({ id }) => id);
}

async function listedOf(token: string, org: string): Promise<string[]> {
  const { data } = await gateway.graphql<{ org: { jobs: { nodes: { id: string }[] } } }, object>(
    'query ($org: UUID!) { org(id: $org) { jobs { nodes { id } } } }',
    { org },
    { token },
  );
  return (data?.org.jobs.nodes ?? []).map(({ id }) => id);
}

const cancel = async (token: string, id: string) => {
  const { data, errors } = await gateway.graphql<{ cancelJob: { job: { status: string } } }, object>(
    'mutation ($id: UUID!) { cancelJob(id: $id) { job { status } } }',
    { id },
    { token },
  );
  return data?.cancelJob?.job.status ?? errors[0]?.extensions.requiredPermission;
};

describe('A job', () => {
  it('is seen and listed by who could ask for one of its kind', async () => {
    const [seeder, mover] = [await adminWith('platform.orgs.seed'), await adminWith('platform.orgs.update')];
    expect([await seen(seeder, seeded.job), await seen(seeder, moved.job)]).toEqual([seeded.job, 'platform.orgs.update']);
    expect([await seen(mover, seeded.job), await seen(mover, moved.job)]).toEqual(['platform.orgs.seed', moved.job]);
    expect([await listed(seeder), await listed(mover)]).toEqual([[seeded.job], [moved.job]]);
    expect((await listed(gateway.adminToken)).sort()).toEqual([seeded.job, moved.job].sort());
  });

  it('is listed under its org in the same way, and whatever its kind to an admin of the org', async () => {
    const mover = await adminWith('platform.orgs.update', 'platform.orgs.read');
    expect([await listedOf(mover, seeded.org), await listedOf(mover, moved.org)]).toEqual([[], [moved.job]]);
    const user = await aUser(gateway.database);
    await aMembership(gateway.database, moved.org, user, { roleHint: 'admin' });
    expect(await listedOf(gateway.tokenFor(user), moved.org)).toEqual([moved.job]);
    expect(await seen(gateway.tokenFor(user), moved.job)).toBe(moved.job);
  });

  it('is stopped by who could ask for one of its kind', async () => {
    const [seeder, mover] = [await adminWith('platform.orgs.seed'), await adminWith('platform.orgs.update')];
    expect([await cancel(seeder, moved.job), await cancel(mover, seeded.job)]).toEqual(['platform.orgs.update', 'platform.orgs.seed']);
    expect([await cancel(seeder, seeded.job), await cancel(mover, moved.job)]).toEqual(['CANCELLED', 'CANCELLED']);
  });
});
