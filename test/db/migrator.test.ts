import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { migrations } from '../../migrations/index.js';
import { DatabaseIsOlder, migrate, requireMigrated } from '../../src/db/migrator.js';
import { type TestDatabase, testDatabase } from '../support/database.js';

let database: TestDatabase;
beforeEach(async () => {
  database = await testDatabase('empty');
});
afterEach(() => database.drop());

describe('migrating', () => {
  it('is done once when several processes do it at the same time', async () => {
    const ran = await Promise.all([migrate(database.db), migrate(database.db), migrate(database.db)]);
    expect(ran.flat()).toEqual(Object.keys(migrations));
    await requireMigrated(database.db);
  });

  it('is asked for where the database is older than the program', async () => {
    await expect(requireMigrated(database.db)).rejects.toThrow(DatabaseIsOlder);
  });
});
