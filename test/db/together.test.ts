import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CompiledQuery } from 'kysely';
import { readTogether } from '../../src/db/together.js';
import { type TestDatabase, testDatabase } from '../support/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await testDatabase('empty');
  await database.pool.query(`create table things (id text primary key, value int not null)`);
});
afterAll(() => database.drop());

/** Reads values of `things` together, each statement taking as many seconds; says which keys travelled in which statement. */
function reader(seconds = 0) {
  const statements: string[][] = [];
  const read = readTogether(async (keys: readonly string[]) => {
    statements.push([...keys]);
    const { rows } = await database.db.executeQuery<{ id: string; value: number }>(
      CompiledQuery.raw('select id, value from things, pg_sleep($2) where id = any ($1::text[])', [keys, seconds]),
    );
    return keys.map((key) => rows.find(({ id }) => id === key)?.value);
  });
  return { read, statements };
}

async function put(id: string, value: number): Promise<void> {
  await database.pool.query('insert into things values ($1, $2) on conflict (id) do update set value = excluded.value', [id, value]);
}

describe('readTogether', () => {
  it('answers each key with its own value, in one statement for those that come together', async () => {
    await put('a', 1);
    await put('b', 2);
    const { read, statements } = reader();
    expect(await Promise.all(['b', 'a', 'none', 'b'].map(read))).toEqual([2, 1, undefined, 2]);
    expect(statements).toEqual([['b', 'a', 'none', 'b']]);
  });

  it('answers what was read after it was asked for, however many statements are on their way', async () => {
    await put('c', 1);
    const { read, statements } = reader(0.3);
    const early = [read('c')];
    await sleep(50);
    early.push(read('c'));
    await sleep(50);
    await put('c', 2);
    // Both statements on their way have seen the old value.
    const late = [read('c'), read('c')];
    expect(await Promise.all(early)).toEqual([1, 1]);
    expect(await Promise.all(late)).toEqual([2, 2]);
    expect(statements).toEqual([['c'], ['c'], ['c', 'c']]);
  });

  it('carries a hundred keys in a statement at most, and loses none', async () => {
    const { read, statements } = reader();
    await Promise.all(Array.from({ length: 250 }, (_, i) => put(`many ${i}`, i)));
    expect(await Promise.all(Array.from({ length: 250 }, (_, i) => read(`many ${i}`)))).toEqual(Array.from({ length: 250 }, (_, i) => i));
    expect(statements.map((keys) => keys.length)).toEqual([100, 100, 50]);
  });

  it('fails for those that travelled in a statement that failed, and goes on', async () => {
    let fails = true;
    const read = readTogether(async (keys: readonly string[]) => {
      if (fails) await database.pool.query('select 1 / 0');
      return keys;
    });
    const outcomes = await Promise.allSettled([read('x'), read('y')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    fails = false;
    expect(await read('x')).toBe('x');
  });
});
