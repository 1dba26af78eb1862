import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { pino } from 'pino';
import { auditPartitions } from '../../src/audit/retention/partitions.duty.js';
import type { Duty } from '../../src/worker/duty.js';
import { startWorker } from '../../src/worker/startWorker.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

describe('The worker', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await testGateway();
  });
  afterAll(() => gateway.close());

  const start = (duties: readonly Duty[], lines: PassThrough) => startWorker({ ...gateway.platform, log: pino(lines) }, duties);

  it('runs a duty at once again while it has more to do, and goes on after one that failed', async () => {
    const lines = new PassThrough();
    const runs: string[] = [];
    let enough = () => {};
    const done = new Promise<void>((resolve) => {
      enough = resolve;
    });
    const failing: Duty = {
      name: 'failing',
      every: 1,
      async run() {
        runs.push('failing');
        if (runs.filter((name) => name === 'failing').length === 3) enough();
        throw new Error('not today');
      },
    };
    const long: Duty = {
      name: 'long',
      every: 3_600_000,
      async run() {
        runs.push('long');
        return runs.filter((name) => name === 'long').length < 5;
      },
    };
    const logged = once(lines, 'data');
    const worker = start([failing, long], lines);
    await done;
    await worker.stop();
    expect(runs.filter((name) => name === 'long')).toHaveLength(5);
    expect(String(await logged)).toMatch(/"duty":"failing".*it is tried again/);
  });

  it('waits at its stop for a duty that runs, and tells it to end', async () => {
    let ended = false;
    const slow: Duty = {
      name: 'slow',
      every: 1,
      async run({ signal }) {
        await once(signal, 'abort');
        await new Promise((resolve) => setImmediate(resolve));
        ended = true;
        return true;
      },
    };
    await start([slow], new PassThrough()).stop();
    expect(ended).toBe(true);
  });

  it('makes the partitions of the audit log for a year ahead', async () => {
    const { db } = gateway.database;
    const last = sql<{ name: string }>`select 'platform_audit_log_' || to_char(current_date + interval '12 months', 'YYYY_MM') as name`;
    const { name } = (await last.execute(db)).rows[0] ?? { name: '' };
    await sql`drop table ${sql.id(name)}`.execute(db);
    await gateway.runDuty(auditPartitions);
    const { rows } = await sql<{ there: boolean }>`select to_regclass(${name}) is not null as there`.execute(db);
    expect(rows).toEqual([{ there: true }]);
  });
});
