import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { unsoundness } from '../faults/soundness.js';
import { anotherShard, type OtherShard } from '../jobs/movingKit.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { quantile } from './load.js';
import { loseShard } from './lostShard.js';

let gateway: TestGateway;
let other: OtherShard;
beforeAll(async () => {
  gateway = await testGateway({ DATABASE_ACQUIRE_TIMEOUT: '1000' });
  other = await anotherShard(gateway);
});
afterAll(async () => {
  await gateway.close();
  await other.stop();
});

// Once it is back, all is whole.
afterEach(async () => {
  expect(await unsoundness(gateway.database, { hasRowsOfTheTest: true })).toEqual([]);
}, 60_000);

let count = 0;
function create(region: string) {
  count += 1;
  return gateway.graphql<{ createOrg: { org: { id: string } } }, object>(
    'mutation ($slug: String!, $region: String!) { createOrg(input: { name: "X", slug: $slug, region: $region }) { org { id } } }',
    { slug: `lost-${count}`, region },
    { token: gateway.adminToken },
  );
}

/** An org in a region. @returns its public id */
async function orgIn(region: string): Promise<string> {
  const { data, errors } = await create(region);
  if (!data) throw new Error(JSON.stringify(errors));
  return data.createOrg.org.id;
}

const orgsIn = (region: string) => Promise.all(Array.from({ length: 4 }, () => orgIn(region)));

describe('A shard that is killed under load', () => {
  it('costs its own orgs only, is refused quickly, and comes back by itself', async () => {
    const [here, there] = [await orgsIn('local'), await orgsIn('other')];
    const { url, adminToken: token } = gateway;
    const samples = await loseShard({
      ...{ url, token, here, there, clients: 3, pause: 20, length: 2_000 },
      kill: other.kill,
      revive: other.revive,
    });

    for (const { here: stays, there: lost } of Object.values(samples)) {
      // Its orgs are answered all the time, and nothing is ever answered otherwise than by the data or by UNAVAILABLE.
      expect({ refused: stays.refused, other: stays.other }).toEqual({ refused: 0, other: [] });
      expect(stays.answered).toBeGreaterThan(0);
      expect(lost.other).toEqual([]);
    }
    expect(samples.before.there.refused).toBe(0);
    expect(samples['without it'].there.answered).toBe(0);
    expect(samples['without it'].there.refused).toBeGreaterThan(10);
    expect(samples.after.there.refused).toBe(0);
    expect(samples.after.there.answered).toBeGreaterThan(0);
    // Most are refused without asking the shard, and so before the second is over for which a connection would be waited for.
    expect(quantile(samples['without it'].there.times, 0.5)).toBeLessThan(1_000);
  }, 120_000);

  it('is a 503 for who makes an org on it, and for nobody else', async () => {
    await other.kill();
    const [dead, alive] = await Promise.all([create('other'), create('local')]);
    expect({ status: dead.status, code: dead.errors[0]?.extensions.code }).toEqual({ status: 503, code: 'UNAVAILABLE' });
    expect(dead.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(alive.errors).toEqual([]);
    await other.revive();
  });
});
