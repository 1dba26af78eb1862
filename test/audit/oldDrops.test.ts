import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { type Dropped, dropMonthsBefore } from '../../src/audit/retention/retention.js';
import { auditKeys } from '../../src/audit/seal/auditKeys.js';
import { auditSeal } from '../../src/audit/seal/seal.duty.js';
import type { Finding } from '../../src/audit/seal/verify.js';
import { verifyDatabase } from '../../src/audit/seal/verifyDatabase.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

const secret = createHash('sha256').update('a key of these tests').digest();
const keys = auditKeys([{ kid: 'seal1', secret }]);

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway({ AUDIT_SIGNING_KEYS: `seal1:${secret.toString('base64url')}` });
  await sql`select make_audit_partitions('2020-01-01', '2020-04-01')`.execute(gateway.database.db);
  await sql`insert into platform_audit_log (id, created_at, action, resource_type, resource_id, resource_display_id, actor_type, actor_id)
    select gen_random_uuid(), '2020-01-15', 'test.old', 'test', 'x', 'x', 'system', 'system' from generate_series(1, 5)`.execute(
    gateway.database.db,
  );
  await gateway.runDuty(auditSeal);
});
afterAll(() => gateway.close());

async function findings(): Promise<string[]> {
  const found: Finding[] = [];
  await verifyDatabase(gateway.database.db, keys.verify, undefined, (finding) => found.push(finding));
  return found.map(({ says }) => says);
}

/** Drops what is before a month, as if it were done in that month, and not now. The entry that tells of it is not sealed yet. */
async function dropIn(month: string): Promise<Dropped[]> {
  const dropped = await dropMonthsBefore(gateway.database.db, month);
  await gateway.database.db.transaction().execute(async (tx) => {
    await sql`set local session_replication_role = replica`.execute(tx);
    await sql`update platform_audit_log set created_at = ${`${month}-02`}::timestamptz
      where action = 'audit_log.drop' and created_at > '2021-01-01'`.execute(tx);
  });
  await gateway.runDuty(auditSeal);
  return dropped;
}

describe('a drop whose own entry is dropped later', () => {
  it('is told of by the later one, and so on', async () => {
    expect(await dropIn('2020-02')).toEqual([{ month: '2020-01', entries: 5 }]);
    expect(await findings()).toEqual([]);
    expect(await dropIn('2020-03')).toEqual([{ month: '2020-02', entries: 1 }]);
    expect(await findings()).toEqual([]);
    expect(await dropIn('2020-04')).toEqual([{ month: '2020-03', entries: 1 }]);
    expect(await findings()).toEqual([]);
  });

  it('is not told of where its record is another one', async () => {
    await gateway.database.db.transaction().execute(async (tx) => {
      await sql`set local session_replication_role = replica`.execute(tx);
      await sql`update audit_drops set entries = 4, ids = substring(ids for 64) where month = '2020-01-01'`.execute(tx);
    });
    expect(await findings()).toEqual([
      'The record of what was dropped of 2020-01 is not the one that the trail tells of.',
      ...Array.from({ length: 5 }, () => expect.stringContaining('was sealed in batch 1 and is not there.')),
    ]);
  });
});
