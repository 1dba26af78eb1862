import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { type Database, openDatabase } from '../../src/db/pool.js';
import { isOutage } from '../../src/failure.js';
import { type DatabaseProxy, databaseProxy } from '../faults/databaseProxy.js';
import { type TestDatabase, testDatabase } from '../support/database.js';

let server: TestDatabase;
let proxy: DatabaseProxy;
beforeAll(async () => {
  server = await testDatabase();
  proxy = await databaseProxy(server.url);
});
afterAll(async () => {
  await proxy.close();
  await server.drop();
});

const opened = (statementTimeout: number): Database =>
  openDatabase({ url: proxy.url, poolSize: 1, acquireTimeout: 5_000, statementTimeout, applicationName: 'tenantry half-open' });
const one = async ({ db }: Database) => (await sql<{ n: number }>`select 1 as n`.execute(db)).rows[0]?.n;

describe('A connection on which no answer comes', () => {
  it('is an outage after the time for a statement, and is given up: the next one serves', async () => {
    const database = opened(300);
    try {
      expect(await one(database)).toBe(1);
      // To say nothing for as long while nothing is asked is no fault.
      await sleep(1_500);
      expect(await one(database)).toBe(1);
      proxy.halfOpen();
      const failure = await one(database).catch((error: unknown) => error);
      expect(isOutage(failure)).toBe(true);
      expect(await one(database)).toBe(1);
    } finally {
      await database.close();
    }
  });

  it('is waited for where statements have no limit', async () => {
    const database = opened(0);
    try {
      const { rows } = await sql<{ n: number }>`select 2 as n, pg_sleep(1.5)`.execute(database.db);
      expect(rows[0]?.n).toBe(2);
    } finally {
      await database.close();
    }
  });
});
