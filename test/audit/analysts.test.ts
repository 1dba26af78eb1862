import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type TestDatabase, testDatabase } from '../support/database.js';
import { anEntry } from './exports.js';

const readme = readFileSync('README.md', 'utf8');
const section = /## Asking the audit trail in SQL\n([\s\S]*?)(?=\n## )/.exec(readme)?.[1] ?? '';
const questions = [...section.matchAll(/^\d+\. \*\*(.+?)\*\*[\s\S]*?```sql\n([\s\S]*?)```/gm)].map(([, question = '', query = '']) => ({
  question,
  query,
}));

let database: TestDatabase;
let analyst: pg.Client;
beforeAll(async () => {
  database = await testDatabase();
  await anEntry(database, { action: 'org.update', changedFields: ['name'] });
  analyst = new pg.Client({ connectionString: database.url });
  await analyst.connect();
  await analyst.query('set session authorization tenantry_analyst');
  await analyst.query('set search_path = analytics');
});
afterAll(async () => {
  await analyst.end();
  await database.drop();
});

describe('the questions of the README', () => {
  it('are ten', () => expect(questions).toHaveLength(10));

  it.each(questions)('are answered to an analyst: $question', async ({ query }) => {
    const { fields } = await analyst.query(query);
    expect(fields.length).toBeGreaterThan(0);
  });
});
