import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { newestChangeOf } from '../../src/db/standby.js';
import { type TestDatabase, testDatabase } from '../support/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.drop());

/** @returns the transaction in which somebody has written so many entries */
async function entriesOf(actor: string, count: number, action = 'org.update'): Promise<string> {
  const { rows } = await database.pool.query(
    `with e as (
       insert into platform_audit_log (id, action, resource_type, resource_id, resource_display_id, actor_type, actor_id)
       select gen_random_uuid(), $3, 'org', 'o', 'o', 'user', $1 from generate_series(1, $2) returning xid
     ) select max(xid::text) as xid from e`,
    [actor, count, action],
  );
  return rows[0].xid;
}

async function newestChange(actor: string): Promise<string | null> {
  const { rows } = await database.pool.query(`select ${newestChangeOf('$1::uuid')} as newest`, [actor]);
  return rows[0].newest;
}

interface Plan {
  readonly 'Actual Rows': number;
  readonly Plans?: readonly Plan[];
}

function mostRows({ 'Actual Rows': rows, Plans: below = [] }: Plan): number {
  return Math.max(rows, ...below.map(mostRows));
}

const beyondAll = '18446744073709551615';

it('tells of the last transaction in which somebody changed something, and of those who change very much that no standby has it', async () => {
  const [nobody, someone, many, maker] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()];
  await entriesOf(someone, 30);
  const last = await entriesOf(someone, 1);
  await entriesOf(many, 100);
  await entriesOf(maker, 1, 'org.create');
  expect(await newestChange(nobody)).toBeNull();
  expect(await newestChange(someone)).toBe(last);
  expect(await newestChange(many)).toBe(beyondAll);
  expect(await newestChange(maker)).toBe(beyondAll);
});

it('reads no more entries of whoever changes very much than it takes to know that', async () => {
  // Of a trail in which most have few entries, the planner expects few, and would rather sort them than read them in order.
  await database.pool.query(
    `insert into platform_audit_log (id, action, resource_type, resource_id, resource_display_id, actor_type, actor_id, created_at)
     select gen_random_uuid(), 'org.update', 'org', 'o', 'o', 'user', gen_random_uuid()::text, now() - i * interval '1 second'
     from generate_series(1, 20000) i`,
  );
  await database.pool.query('analyze platform_audit_log');
  const busy = randomUUID();
  await entriesOf(busy, 2_000);
  const { rows } = await database.pool.query(`explain (analyze, format json) select ${newestChangeOf('$1::uuid')}`, [busy]);
  expect(mostRows(rows[0]['QUERY PLAN'][0].Plan)).toBeLessThanOrEqual(100);
});
