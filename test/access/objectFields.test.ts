import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { objectFieldChecks } from './objectFieldChecks.js';
import { objectFields } from './objectFields.js';
import { checkedFields } from './rules.js';

let gateway: TestGateway;
let checksOf: Awaited<ReturnType<typeof objectFieldChecks>>;
beforeAll(async () => {
  gateway = await testGateway();
  checksOf = await objectFieldChecks(gateway);
});
afterAll(() => gateway.close());

describe('the table of fields with a rule of their own', () => {
  it('has a row for each that the schema has, and no other', () => {
    // The caller's own user, by a way that no one else can go.
    const own = ['Viewer.user'];
    const ruled = checkedFields().filter((at) => !/^(Query|Mutation|Subscription)\./.test(at));
    expect(Object.keys(objectFields).sort()).toEqual(ruled.filter((at) => !own.includes(at)).sort());
  });
});

it.each(Object.entries(objectFields))('%s is open to whom its row says, and closed to others', async (at, row) => {
  const checks = checksOf(at, row);
  expect(checks.length).toBeGreaterThan(1);
  const observed = await Promise.all(checks.map(async ({ says, observe }) => [says, await observe()]));
  expect(observed).toEqual(checks.map(({ says, expected }) => [says, expected]));
});
