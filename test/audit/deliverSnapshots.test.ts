import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { deliverSnapshots } from '../../src/audit/snapshots/deliverSnapshots.duty.js';
import { sealDsn } from '../../src/tenancy/shardKeys.js';
import { inTenant } from '../../src/tenancy/tenant.js';
import { blackHole } from '../support/blackHole.js';
import { anOrg, aTenant } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

describe('The snapshots of an org’s entries', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await testGateway({ DATABASE_ACQUIRE_TIMEOUT: '300' });
  });
  afterAll(() => gateway.close());

  const rename = async (id: string, name: string, version: number) => {
    const { status } = await gateway.rest('PATCH', `/api/v1/platform/orgs/${id}`, {
      token: gateway.adminToken,
      body: { base_version: version, name },
    });
    expect(status).toBe(200);
  };
  const kept = (key: string) =>
    inTenant(gateway.platform, key, (tx) => tx.selectFrom('audit_log').selectAll().orderBy('entry_id').execute());
  const waiting = (key: string) =>
    gateway.database.db.selectFrom('audit_outbox').selectAll().where('org_id', '=', key).orderBy('id').execute();

  it('come to its own schema, each once, and leave the outbox', async () => {
    const { id, key } = await aTenant(gateway, { name: 'Before' });
    await rename(id, 'After', 1);
    const [sent] = await waiting(key);
    await gateway.runDuty(deliverSnapshots);
    expect(await waiting(key)).toEqual([]);
    const [arrived, ...others] = await kept(key);
    expect(others).toEqual([]);
    expect(arrived).toMatchObject({
      entry_id: sent?.entry_id,
      before: { name: 'Before' },
      after: { name: 'After' },
      created_at: sent?.created_at,
    });

    // As if a worker had died after it had arrived and before it left.
    await gateway.database.db
      .insertInto('audit_outbox')
      .values({ entry_id: sent?.entry_id ?? '', org_id: key, before: '{}', after: '{}' })
      .execute();
    await gateway.runDuty(deliverSnapshots);
    expect(await kept(key)).toEqual([arrived]);
    expect(await waiting(key)).toEqual([]);
  });

  it('arrive once, whole, where several workers deliver and more is written meanwhile', async () => {
    const { id, key } = await aTenant(gateway);
    const { db } = gateway.database;
    await sql`insert into audit_outbox (entry_id, org_id, after)
      select gen_random_uuid(), ${key}, jsonb_build_object('n', n) from generate_series(1, 950) n`.execute(db);
    await Promise.all([rename(id, 'While', 1), ...Array.from({ length: 3 }, () => gateway.runDuty(deliverSnapshots))]);
    await gateway.runDuty(deliverSnapshots);
    expect(await kept(key)).toHaveLength(951);
    expect(await waiting(key)).toEqual([]);
  });

  it('wait where the org’s shard does not answer, and delay no other org’s', async () => {
    const hole = await blackHole();
    const { db } = gateway.database;
    const shard = uuidv7();
    const { ciphertext, keyVersion } = sealDsn(gateway.platform.shardKeys, shard, `postgresql://me:x@127.0.0.1:${hole.port}/db`);
    const { id: shardKey } = await db
      .insertInto('shards')
      .values({ public_id: shard, name: 'hole', region: '', max_orgs: 9, dsn_ciphertext: ciphertext, dsn_key_version: keyVersion })
      .returning('id')
      .executeTakeFirstOrThrow();
    const [dead, alive] = [await anOrg(gateway.database), await aTenant(gateway)];
    const { id: deadKey } = await db
      .updateTable('orgs')
      .set({ shard_id: shardKey })
      .where('public_id', '=', dead)
      .returning('id')
      .executeTakeFirstOrThrow();
    await rename(dead, 'Dead', 1);
    await rename(alive.id, 'Alive', 1);
    await gateway.runDuty(deliverSnapshots);
    expect(await kept(alive.key)).toHaveLength(1);
    expect(await waiting(deadKey)).toHaveLength(1);
    await hole.close();
  });
});
