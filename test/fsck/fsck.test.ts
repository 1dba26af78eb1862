import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { auditSeal } from '../../src/audit/seal/seal.duty.js';
import { deliverSnapshots } from '../../src/audit/snapshots/deliverSnapshots.duty.js';
import { checks } from '../../src/fsck/checks.js';
import { runChecks } from '../../src/fsck/runChecks.js';
import { noneLeftInTransaction } from '../../src/fsck/time.checks.js';
import { sealEnv } from '../faults/sealEnv.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { inWorld, plants } from './plants.js';
import { aWorld, type World } from './world.js';

let gateway: TestGateway;
let world: World;
beforeAll(async () => {
  gateway = await testGateway(sealEnv);
  world = await aWorld(gateway);
});
afterAll(() => gateway.close());

/** What is found now, by the names of the checks that do not hold. */
async function found(): Promise<Record<string, readonly string[]>> {
  const outcomes = await runChecks(gateway.platform);
  return Object.fromEntries(outcomes.flatMap(({ name, findings }) => (findings.length > 0 ? [[name, findings]] : [])));
}

/** Runs what no part of the product would: on a connection of its own, as the database's owner. */
async function plant(text: string): Promise<void> {
  const client = new pg.Client({ connectionString: gateway.database.url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

describe('fsck', () => {
  it('finds nothing in a platform that was used, before the snapshots are delivered and after', async () => {
    expect(await found()).toEqual({});
    await gateway.runDuty(deliverSnapshots);
    expect(await found()).toEqual({});
    await gateway.runDuty(auditSeal);
    expect(await found()).toEqual({});
    // A second batch, so that the first one stands before another.
    await gateway.graphql(
      'mutation { updateSettings(input: { maxOrgsPerShard: 498 }) { settings { version } } }',
      {},
      { token: gateway.adminToken },
    );
    await gateway.runDuty(auditSeal);
    expect(await found()).toEqual({});
  });

  it('finds a connection that is left in a transaction', async () => {
    const client = new pg.Client({ connectionString: gateway.database.url, application_name: 'forgetful' });
    await client.connect();
    try {
      await client.query('begin');
      expect(await noneLeftInTransaction(0).find(gateway.platform)).toEqual([expect.stringContaining('of "forgetful" has done nothing')]);
      await client.query('rollback');
      expect(await noneLeftInTransaction(0).find(gateway.platform)).toEqual([]);
    } finally {
      await client.end();
    }
  });

  // One after the other in one database: the later ones undo what the earlier ones need.
  it.each(plants.map((each, i) => [`${i + 1}: ${each.check}`, each] as const))(
    'finds planted fault %s',
    async (_, { check, sql, finds }) => {
      const checked = checks.find(({ name }) => name === check);
      const wanted = new RegExp(inWorld(finds.source, world));
      const before = (await checked?.find(gateway.platform)) ?? [];
      if (sql !== 'select 1') expect(before.filter((finding) => wanted.test(finding))).toEqual([]);
      await plant(inWorld(sql, world));
      const after = (await checked?.find(gateway.platform)) ?? [];
      expect(after.filter((finding) => wanted.test(finding))).not.toEqual([]);
    },
  );

  it('has a planted fault for each check', () => {
    const planted = new Set([...plants.map(({ check }) => check), noneLeftInTransaction(0).name]);
    expect(checks.map(({ name }) => name).filter((name) => !planted.has(name))).toEqual([]);
  });

  it('names no secret that it finds', async () => {
    expect(JSON.stringify(await found())).not.toMatch(/k{43}|hidden/);
  });
});
