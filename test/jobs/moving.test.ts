import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import pg from 'pg';
import { undoMoves } from '../../src/jobs/moving/undoMoves.duty.js';
import { freezeSchema } from '../../src/tenancy/freeze.js';
import { placementOf } from '../../src/tenancy/placement.js';
import { provisioningDuty } from '../../src/tenancy/provisioning.duty.js';
import { inTenant } from '../../src/tenancy/tenant.js';
import { aMembership, aTenant, aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { contentsOf, jobOf, schemaOf, seed, small, workThrough } from './jobsKit.js';
import { anotherShard, askToMove, hasSchema, move, movesInTrail, type OtherShard, placeOf } from './movingKit.js';
import { startWriters } from './writers.js';

let gateway: TestGateway;
let other: OtherShard;
beforeAll(async () => {
  gateway = await testGateway();
  other = await anotherShard(gateway);
});
afterAll(async () => {
  await gateway.close();
  await other.stop();
});

async function aSeededTenant() {
  const org = await aTenant(gateway);
  await seed(gateway, org.id);
  await workThrough(gateway);
  return { ...org, schema: await schemaOf(gateway, org.key) };
}

const addLocation = (orgKey: string, code: string) =>
  inTenant(gateway.platform, orgKey, (tx) =>
    tx.insertInto('locations').values({ public_id: crypto.randomUUID(), code, name: code }).execute(),
  );

describe('A move', () => {
  it('brings all rows to the other shard, numbers on, and says for how long writes were refused', async () => {
    const org = await aSeededTenant();
    const before = await contentsOf(gateway, org.key);
    const id = await move(gateway, org.id, other.id);
    expect(await placeOf(gateway, org.key)).toMatchObject({ status: 'migrating' });
    await workThrough(gateway);

    const { status, statistics, errors } = await jobOf(gateway, id);
    expect({ status, errors }).toEqual({ status: 'completed', errors: [] });
    expect(statistics).toMatchObject({ tables: { patients: { rows: small.patients }, appointments: { rows: small.appointments } } });
    expect(statistics.writesRefusedMs).toBeGreaterThan(0);
    expect(Date.parse(statistics.oldCopyKeptUntil)).toBeGreaterThan(Date.now());
    expect(await placeOf(gateway, org.key)).toEqual({ shard_id: other.address.key, status: 'active' });
    expect(await contentsOf(gateway, org.key)).toEqual(before);
    await addLocation(org.key, 'L-NEW');
    expect((await contentsOf(gateway, org.key)).locations.rows).toBe(2);
    expect(await movesInTrail(gateway, org.id)).toEqual(['org.move_start', 'org.move']);
  });

  it('of an org that is written to all the while loses no write that was acknowledged, and says truly for how long it refused', async () => {
    const org = await aSeededTenant();
    const { patients } = await contentsOf(gateway, org.key);
    const writers = startWriters(gateway.platform, org.key, 3, 5);
    const id = await move(gateway, org.id, other.id);
    await workThrough(gateway);
    // They go on until the copy has taken writes, too.
    const since = async () => inTenant(gateway.platform, org.key, (tx) => tx.selectFrom('locations').select('public_id').execute());
    const atSwitch = (await since()).length;
    while ((await since()).length < atSwitch + 10) await sleep(20);
    const written = await writers.stop();

    const { status, statistics } = await jobOf(gateway, id);
    expect(status).toBe('completed');
    expect(await placeOf(gateway, org.key)).toEqual({ shard_id: other.address.key, status: 'active' });
    expect(written.other).toEqual([]);
    expect(written.refused).toBeGreaterThan(0);
    const kept = new Set((await since()).map((row) => row.public_id));
    expect([...written.acknowledged].filter((one) => !kept.has(one))).toEqual([]);
    // The seeded one beside them: what was refused is not there.
    expect(kept.size).toBe(written.acknowledged.size + small.locations);
    expect((await contentsOf(gateway, org.key)).patients).not.toEqual(patients);
    // Writers find out between two of their tries, and no sooner than the switch is committed.
    expect(statistics.writesRefusedMs).toBeGreaterThan(0);
    expect(written.longestRefusal).toBeLessThan(statistics.writesRefusedMs + 2_000);
  });

  it('that cannot freeze for a writer who takes their time says nothing of refusals, and freezes the next time', async () => {
    const org = await aSeededTenant();
    const slow = new pg.Client({ connectionString: gateway.database.url });
    await slow.connect();
    await slow.query('begin');
    await slow.query(`delete from ${org.schema}.appointments`);
    const id = await move(gateway, org.id, other.id);
    await workThrough(gateway);
    expect(await jobOf(gateway, id)).toMatchObject({ status: 'queued', errors: [expect.stringMatching(/took too long/)] });
    const noted = () => gateway.database.db.selectFrom('org_moves').select('frozen_at').execute();
    expect(await noted()).toEqual([{ frozen_at: null }]);
    await addLocation(org.key, 'L-MEANWHILE');
    await slow.query('rollback');
    await slow.end();
    await gateway.database.db.updateTable('jobs').set({ run_at: new Date().toISOString() }).where('public_id', '=', id).execute();
    await workThrough(gateway);
    expect((await jobOf(gateway, id)).status).toBe('completed');
    expect((await contentsOf(gateway, org.key)).locations.rows).toBe(2);
  });

  it('leaves a copy that nobody writes to, and that is dropped when its time is over', async () => {
    const org = await aSeededTenant();
    const old = await placementOf(gateway.database.db, org.key);
    if (!old) throw new Error('The org has no place.');
    await move(gateway, org.id, other.id);
    await workThrough(gateway);
    const write = gateway.platform.shardPools.use(old.shard, (db) => sql`delete from ${sql.id(org.schema, 'appointments')}`.execute(db));
    await expect(write).rejects.toMatchObject({ code: '25006' });
    await gateway.runDuty(provisioningDuty);
    expect(await hasSchema(gateway, old.shard, org.schema)).toBe(true);
    await gateway.database.db.updateTable('abandoned_schemas').set({ try_at: sql`now()` }).where('schema_name', '=', org.schema).execute();
    await gateway.runDuty(provisioningDuty);
    expect(await hasSchema(gateway, old.shard, org.schema)).toBe(false);
    expect(await hasSchema(gateway, other.address, org.schema)).toBe(true);
  });

  it('goes back by another move, with what was written since', async () => {
    const org = await aSeededTenant();
    const { shard_id: first } = await placeOf(gateway, org.key);
    const { public_id: firstId } = await gateway.database.db
      .selectFrom('shards')
      .select('public_id')
      .where('id', '=', first)
      .executeTakeFirstOrThrow();
    await move(gateway, org.id, other.id);
    await workThrough(gateway);
    await addLocation(org.key, 'L-SINCE');
    const before = await contentsOf(gateway, org.key);
    await move(gateway, org.id, firstId);
    await workThrough(gateway);
    expect(await placeOf(gateway, org.key)).toEqual({ shard_id: first, status: 'active' });
    expect(await contentsOf(gateway, org.key)).toEqual(before);
    await addLocation(org.key, 'L-AGAIN');
  });

  it('leaves the org open to its members, and refuses writes by 503 while it is frozen', async () => {
    const org = await aSeededTenant();
    const user = await aUser(gateway.database);
    await aMembership(gateway.database, org.id, user);
    await move(gateway, org.id, other.id);
    await freezeSchema(gateway.database.db, org.schema, async () => {});
    const { data } = await gateway.graphql<{ org: object }, object>(
      'query ($id: UUID!) { org(id: $id) { status patients { totalCount } } }',
      { id: org.id },
      { token: gateway.tokenFor(user) },
    );
    expect(data).toEqual({ org: { status: 'MIGRATING', patients: { totalCount: small.patients } } });
    await expect(addLocation(org.key, 'L-2')).rejects.toMatchObject({ code: 'UNAVAILABLE', retryAfter: 5 });
    await workThrough(gateway);
    await addLocation(org.key, 'L-2');
  });

  it('that is cancelled leaves everything as it was, and no copy', async () => {
    const org = await aSeededTenant();
    const before = await contentsOf(gateway, org.key);
    const id = await move(gateway, org.id, other.id);
    await freezeSchema(gateway.database.db, org.schema, async () => {});
    await gateway.graphql('mutation ($id: UUID!) { cancelJob(id: $id) { job { id } } }', { id }, { token: gateway.adminToken });
    expect((await jobOf(gateway, id)).status).toBe('cancelled');
    await gateway.runDuty(undoMoves);
    await gateway.runDuty(provisioningDuty);
    expect(await placeOf(gateway, org.key)).toMatchObject({ status: 'active' });
    expect(await contentsOf(gateway, org.key)).toEqual(before);
    expect(await hasSchema(gateway, other.address, org.schema)).toBe(false);
    await addLocation(org.key, 'L-2');
    expect(await movesInTrail(gateway, org.id)).toEqual(['org.move_start', 'org.move_failed']);
  });

  it('is refused to where the org lives already, to the same database, for a suspended org, and beside another job', async () => {
    const org = await aTenant(gateway);
    const { shard_id: own } = await placeOf(gateway, org.key);
    const { public_id: ownId } = await gateway.database.db
      .selectFrom('shards')
      .select('public_id')
      .where('id', '=', own)
      .executeTakeFirstOrThrow();
    const code = async (shardId: string) => (await askToMove(gateway, org.id, shardId)).errors[0]?.extensions.code;
    expect(await code(ownId)).toBe('BAD_USER_INPUT');
    expect(await code(crypto.randomUUID())).toBe('NOT_FOUND');
    const made = await gateway.graphql<{ createShard: { shard: { id: string } } }, object>(
      'mutation ($dsn: String!) { createShard(input: { name: "the same again", dsn: $dsn }) { shard { id } } }',
      { dsn: gateway.database.url },
      { token: gateway.adminToken },
    );
    expect(await code(made.data?.createShard.shard.id ?? '')).toBe('BAD_USER_INPUT');
    await seed(gateway, org.id);
    expect(await code(other.id)).toBe('CONFLICT');
    await workThrough(gateway);
    await gateway.database.db.updateTable('orgs').set({ status: 'suspended' }).where('id', '=', org.key).execute();
    expect(await code(other.id)).toBe('CONFLICT');
  });
});
