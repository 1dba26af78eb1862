import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aMembership, anOrg, aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

const nested = `{ orgs(first: 50) { nodes { id name members(first: 10) { nodes { roleHint user { id displayName email } } } } } }`;

/** Statements that one run of a query takes. */
async function statementsOf(query: string): Promise<number> {
  const before = gateway.database.statements();
  const answer = await gateway.graphql(query, undefined, { token: gateway.adminToken });
  expect(answer.errors).toEqual([]);
  return gateway.database.statements() - before;
}

async function grow(orgs: number, membersEach: number): Promise<void> {
  for (let i = 0; i < orgs; i += 1) {
    const org = await anOrg(gateway.database);
    for (let j = 0; j < membersEach; j += 1) await aMembership(gateway.database, org, await aUser(gateway.database));
  }
}

describe('a nested list', () => {
  it('takes three statements, whatever the data', async () => {
    await grow(2, 1);
    const few = await statementsOf(nested);
    await grow(20, 12);
    const many = await statementsOf(nested);
    // The actor; the orgs; their members with the users.
    expect([few, many]).toEqual([3, 3]);
  });

  it('takes one statement more a list that is counted below another', async () => {
    const counted = `{ orgs(first: 50) { totalCount nodes { members(first: 10) { totalCount nodes { user { orgMemberships { orgName } } } } } } }`;
    // The actor; the orgs with their total; the members and their totals; the memberships of all users at once.
    expect(await statementsOf(counted)).toBe(5);
  });
});
