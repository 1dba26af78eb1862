import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isInterfaceType } from 'graphql';
import { nodeTypes } from '../../src/schema/node.resolver.js';
import { buildUnguardedSchema } from '../../src/schema/schema.js';
import { anOrg, aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

const query = 'query ($id: ID!) { node(id: $id) { __typename id ... on Org { name } ... on User { email } ... on Group { name } } }';

async function node(id: string, token: string): Promise<unknown> {
  const { data, errors } = await gateway.graphql<{ node: unknown }, object>(query, { id }, { token });
  expect(errors).toEqual([]);
  return data?.node;
}

describe('node', () => {
  it('finds every type that says it can be found by its id', () => {
    const schema = buildUnguardedSchema();
    const type = schema.getType('Node');
    const implementing = isInterfaceType(type) ? schema.getPossibleTypes(type).map(({ name }) => name) : [];
    expect(implementing.sort()).toEqual(Object.keys(nodeTypes).sort());
  });

  it('shows what the caller may see, in any spelling of the id, and null for the rest', async () => {
    const { database, adminToken, adminId } = gateway;
    const member = await aUser(database, { email: 'node@test.example' });
    const own = await anOrg(database, { name: 'Own', members: [member] });
    const foreign = await anOrg(database);
    const token = gateway.tokenFor(member);
    expect(await node(own.toUpperCase(), token)).toEqual({ __typename: 'Org', id: own, name: 'Own' });
    expect(await node(member, token)).toEqual({ __typename: 'User', id: member, email: 'node@test.example' });
    expect(await node(foreign, token)).toBeNull();
    expect(await node(adminId, token)).toBeNull();
    expect(await node(adminId, adminToken)).toMatchObject({ __typename: 'User', id: adminId });
    const group = await database.db.selectFrom('groups').select(['public_id', 'name']).executeTakeFirstOrThrow();
    expect(await node(group.public_id, adminToken)).toEqual({ __typename: 'Group', id: group.public_id, name: group.name });
    expect(await node(group.public_id, token)).toBeNull();
    expect(await node('no id at all', adminToken)).toBeNull();
  });
});
