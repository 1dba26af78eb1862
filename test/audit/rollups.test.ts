import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import type pg from 'pg';
import { countEntries } from '../../src/audit/counts/counts.service.js';
import { auditRollups } from '../../src/audit/counts/rollups.duty.js';
import { rollups } from '../../src/audit/counts/rollups.js';
import { openDatabase } from '../../src/db/pool.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { countFaults, exact } from './countFaults.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway({ DATABASE_POOL_SIZE: '20' });
});
afterAll(() => gateway.close());

/** So many entries of the last hours, by few actors. */
const writing = `insert into platform_audit_log (id, created_at, action, outcome, resource_type, resource_id, resource_display_id, actor_type, actor_id, org_id)
  select gen_random_uuid(), now() - (i % 50) * interval '1 hour', 'org.' || (array['create', 'update'])[1 + i % 2], 'success', 'org', 'x', 'x', 'user',
    'actor ' || i % 3, case when i % 3 = 0 then null else '00000000-0000-4000-8000-000000000000'::uuid end
  from generate_series(1, $1::int) i`;

const faults = () => countFaults(gateway.database);

/** The answer and the truth, in one snapshot. */
function answerAndTruth(): Promise<{ answer: number; truth: number }> {
  return gateway.database.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (tx) => {
      const { rows } = await sql<{ count: number }>`select count(*)::int as count from platform_audit_log`.execute(tx);
      return { answer: await countEntries({ reads: tx }, {}), truth: rows[0]?.count ?? 0 };
    });
}

async function expectExactAnswer() {
  const { answer, truth } = await answerAndTruth();
  expect(answer).toBe(truth);
}

async function within<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await gateway.database.pool.connect();
  try {
    return await work(client);
  } finally {
    client.release();
  }
}

describe('The counts of the trail', () => {
  it('miss no entry that commits late', async () => {
    await within(async (late) => {
      await late.query('begin');
      await late.query(writing, [3]);
      await gateway.database.pool.query(writing, [5]);
      await gateway.runDuty(auditRollups);
      // Whatever began after the one that still writes waits for it.
      expect((await faults()).uncounted).toBe(5);
      await expectExactAnswer();
      await late.query('commit');
    });
    await expectExactAnswer();
    await gateway.runDuty(auditRollups);
    expect(await faults()).toEqual(exact);
    await expectExactAnswer();
  });

  it('take in a transaction as a whole, however much it wrote', async () => {
    await gateway.database.pool.query(writing, [25_000]);
    await gateway.database.pool.query(writing, [25_000]);
    await gateway.runDuty(auditRollups);
    expect(await faults()).toEqual(exact);
  });

  it('are right while many write, several workers count, and these are killed again and again', async () => {
    // On connections of their own, so that nobody else's is killed.
    const applicationName = 'workers to be killed';
    const limits = { poolSize: 4, acquireTimeout: 10_000, statementTimeout: 0, applicationName };
    const workers = openDatabase({ url: gateway.database.url, ...limits });
    const { signal } = new AbortController();
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    let writersAreBusy = true;
    let killed = 0;
    const random = (n: number) => Math.floor(Math.random() * n);

    async function write() {
      for (let i = 0; i < 25 || (killed < 3 && i < 1_000); i += 1) {
        await within(async (client) => {
          await client.query('begin');
          await client.query(writing, [1 + random(4)]);
          await sleep(random(8));
          await client.query(random(4) === 0 ? 'rollback' : 'commit');
        });
      }
    }
    async function count() {
      while (writersAreBusy) {
        try {
          await auditRollups.run({ ...gateway.platform, db: workers.db, log, signal });
        } catch {
          killed += 1;
        }
      }
    }
    async function kill() {
      const killing = `select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = $1 and state <> 'idle' and random() < 0.3`;
      while (writersAreBusy) {
        await gateway.database.pool.query(killing, [applicationName]);
        await sleep(10);
      }
    }
    async function read() {
      while (writersAreBusy) {
        await expectExactAnswer();
        await sleep(5);
      }
    }
    const writers = Promise.all(Array.from({ length: 8 }, write)).finally(() => {
      writersAreBusy = false;
    });
    await Promise.all([writers, count(), count(), kill(), read()]);
    await workers.close();
    expect(killed).toBeGreaterThanOrEqual(3);
    await gateway.runDuty(auditRollups);
    expect(await faults()).toEqual(exact);
    await expectExactAnswer();
  });

  it('of a month are forgotten with it, and those of other months are not', async () => {
    const { pool } = gateway.database;
    await pool.query(writing.replace('now() - (i % 50)', `now() - interval '40 days' - (i % 50)`), [100]);
    await gateway.runDuty(auditRollups);
    await pool.query(`select forget_audit_counts(date_trunc('month', now())::date)`);
    const left = await Promise.all(
      rollups.map(({ table }) => pool.query(`select from ${table} where bucket >= date_trunc('month', now(), 'UTC')`)),
    );
    expect(left.map(({ rowCount }) => rowCount)).toEqual([0, 0, 0]);
    for (const { table, columns } of rollups) {
      const counted = (grain: string) =>
        `select ${columns.join(', ')}, sum(count) from ${table} where grain = '${grain}' group by ${columns.join(', ')} order by ${columns.join(', ')}`;
      const [ever, months] = await Promise.all([pool.query(counted('ever')), pool.query(counted('month'))]);
      expect(ever.rows.length).toBeGreaterThan(0);
      expect(ever.rows).toEqual(months.rows);
    }
    const days = await pool.query('select max(month) < date_trunc($1, now(), $2) as "areGone" from audit_counts_by_day', ['month', 'UTC']);
    expect(days.rows).toEqual([{ areGone: true }]);
  });

  it('of a program that does not know all that is counted are refused', async () => {
    await expect(gateway.database.pool.query(`update audit_counts_progress set xid = '9'`)).rejects.toThrow(/audit_counts_progress/);
  });
});
