import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { auditRollups } from '../../src/audit/counts/rollups.duty.js';
import { dropMonthsBefore, listHolds, placeHold, releaseHold } from '../../src/audit/retention/retention.js';
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
  await sql`select make_audit_partitions('2020-01-01', '2020-03-01')`.execute(gateway.database.db);
  for (const month of ['2020-01', '2020-02', '2020-03']) await entriesOf(month, 5);
});
afterAll(() => gateway.close());

async function entriesOf(month: string, count: number): Promise<void> {
  await sql`with made as (
      insert into platform_audit_log (id, created_at, action, resource_type, resource_id, resource_display_id, actor_type, actor_id, snapshot_digest)
      select gen_random_uuid(), ${`${month}-15`}::timestamptz + i * interval '1 hour', 'test.old', 'test', 'x', 'x', 'system', 'system',
        audit_snapshot_digest(null, '{"a": 1}')
      from generate_series(1, ${count}::int) i returning id
    ) insert into audit_snapshots (entry_id, after) select id, '{"a": 1}' from made`.execute(gateway.database.db);
}

async function monthsLeft(): Promise<string[]> {
  const { rows } = await sql<{ month: string }>`select distinct to_char(created_at, 'YYYY-MM') as month from platform_audit_log
    where action = 'test.old' order by 1`.execute(gateway.database.db);
  return rows.map(({ month }) => month);
}

async function verified() {
  const findings: Finding[] = [];
  return { seen: await verifyDatabase(gateway.database.db, keys.verify, undefined, (finding) => findings.push(finding)), findings };
}

const drop = (before: string) => dropMonthsBefore(gateway.database.db, before);

interface Counts {
  readonly auditStats: { readonly byAction: Readonly<Record<string, number>>; readonly totalEntries: number };
  readonly auditSeries: readonly { readonly points: readonly { readonly start: string; readonly count: number }[] }[];
  readonly auditEntries: { readonly exactTotalCount: number };
}

/** What statistics, series and lists count, and what a plain count of the log says. */
async function counted() {
  const document = `{ auditStats { totalEntries byAction } auditSeries(bucket: MONTH) { points { start count } } auditEntries { exactTotalCount } }`;
  const ask = () => gateway.graphql<Counts, object>(document, {}, { token: gateway.adminToken });
  // The question leaves an entry the first time.
  await ask();
  const { data, errors } = await ask();
  expect(errors).toEqual([]);
  const { rows } = await sql<{ month: string; count: number; old: number }>`
    select to_char(created_at at time zone 'UTC', 'YYYY-MM') as month, count(*)::int as count,
      (count(*) filter (where action = 'test.old'))::int as old
    from platform_audit_log group by 1`.execute(gateway.database.db);
  const total = rows.reduce((sum, { count }) => sum + count, 0);
  return {
    told: {
      total: data?.auditStats.totalEntries,
      listed: data?.auditEntries.exactTotalCount,
      old: data?.auditStats.byAction['test.old'],
      months: Object.fromEntries((data?.auditSeries[0]?.points ?? []).map(({ start, count }) => [start.slice(0, 7), count])),
    },
    plain: {
      total,
      listed: total,
      old: rows.reduce((sum, { old }) => sum + old, 0),
      months: Object.fromEntries(rows.map(({ month, count }) => [month, count])),
    },
  };
}

describe('retention', () => {
  it('drops nothing that is not sealed', async () => {
    await expect(drop('2020-02')).rejects.toThrow('not sealed');
    expect(await monthsLeft()).toEqual(['2020-01', '2020-02', '2020-03']);
  });

  it('drops nothing that is held, and no month behind it', async () => {
    await gateway.runDuty(auditSeal);
    await gateway.runDuty(auditRollups);
    const before = await counted();
    expect(before.told).toEqual(before.plain);
    expect(before.told.old).toBe(15);
    const hold = await placeHold(gateway.database.db, { from: '2020-02', to: '2020-03', reason: 'Case 4711' });
    expect(await listHolds(gateway.database.db)).toMatchObject([
      { id: hold, fromMonth: '2020-02', toMonth: '2020-03', reason: 'Case 4711' },
    ]);
    await expect(drop('2020-04')).rejects.toThrow('Case 4711');
    expect(await monthsLeft()).toEqual(['2020-02', '2020-03']);
    await releaseHold(gateway.database.db, hold);
    await expect(releaseHold(gateway.database.db, hold)).rejects.toThrow('no such');
  });

  it('drops whole months with their snapshots; the seal proves what they were, and the trail tells of it', async () => {
    expect(await drop('2020-03')).toEqual([{ month: '2020-02', entries: 5 }]);
    expect(await monthsLeft()).toEqual(['2020-03']);
    expect(await verified()).toMatchObject({ seen: { dropped: 10 }, findings: [] });
    await gateway.runDuty(auditSeal);
    expect(await verified()).toMatchObject({ seen: { dropped: 10, unsealed: 0 }, findings: [] });
    const { rows } =
      await sql`select action, resource_id, actor_id from platform_audit_log where resource_type = 'audit_log' and actor_id = 'system' order by id`.execute(
        gateway.database.db,
      );
    expect(rows).toEqual([
      expect.objectContaining({ action: 'audit_log.hold' }),
      { action: 'audit_log.drop', resource_id: '2020-01', actor_id: 'system' },
      expect.objectContaining({ action: 'audit_log.release' }),
      { action: 'audit_log.drop', resource_id: '2020-02', actor_id: 'system' },
    ]);
    const snapshots = await sql<{ n: number }>`select count(*)::int as n from audit_snapshots where after = '{"a": 1}'`.execute(
      gateway.database.db,
    );
    expect(snapshots.rows).toEqual([{ n: 5 }]);
    await expect(sql`delete from audit_snapshots`.execute(gateway.database.db)).rejects.toThrow('append-only');
  });

  it('takes what it dropped out of the counts, in the same transaction', async () => {
    const after = await counted();
    expect(after.told).toEqual(after.plain);
    expect(after.told.old).toBe(5);
    await gateway.runDuty(auditRollups);
    const later = await counted();
    expect(later.told).toEqual(later.plain);
  });

  it('can’t be made up for what was removed by hand', async () => {
    await gateway.database.db.transaction().execute(async (tx) => {
      await sql`set local session_replication_role = replica`.execute(tx);
      await sql`insert into audit_drops (month, entries, ids)
        select '2020-03-01', count(*), string_agg(uuid_send(id), ''::bytea order by xid, id) from platform_audit_log_2020_03`.execute(tx);
      await sql`delete from audit_snapshots where after = '{"a": 1}'`.execute(tx);
      await sql`drop table platform_audit_log_2020_03`.execute(tx);
    });
    const { findings } = await verified();
    expect(findings.map(({ kind }) => kind)).toEqual(['seal', 'removed', 'removed', 'removed', 'removed', 'removed']);
  });

  it('never drops the month that is being written, and takes no other text for a month', async () => {
    await gateway.runDuty(auditSeal);
    const dropped = await drop('2999-01');
    expect(dropped.map(({ month }) => month)).not.toContain(new Date().toISOString().slice(0, 7));
    const { rows } = await sql<{ n: number }>`select count(*)::int as n from platform_audit_log`.execute(gateway.database.db);
    expect(rows[0]?.n).toBeGreaterThan(0);
    for (const text of ['2020', '2020-13', '2020-1', "2020-01'; drop table users; --"])
      await expect(drop(text)).rejects.toThrow('no month');
  });
});
