import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isInterfaceType } from 'graphql';
import { sql } from 'kysely';
import { nodeTypes } from '../../src/schema/node.resolver.js';
import { buildUnguardedSchema } from '../../src/schema/schema.js';
import { anOrg, aTenant, aUser } from '../support/builders.js';
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

  it('is to an outsider the same for an object of each type as for none: the whole answer', async () => {
    const { database, adminToken } = gateway;
    const outsider = gateway.tokenFor(await aUser(database));
    const { id: org } = await aTenant(gateway, { members: [gateway.adminId] });
    const make = `mutation ($org: UUID!) { createWorkspace(orgId: $org, input: { name: "Lab", slug: "lab" }) { workspace { id } }
      createPartner(input: { name: "P", slug: "p" }) { partner { id } } seedOrg(orgId: $org) { job { id } } }`;
    expect((await gateway.graphql(make, { org }, { token: adminToken })).errors).toEqual([]);
    const open = `query ($id: ID!) { node(id: $id) { __typename id ...Any ... on Node { ...Any } } }
      fragment Any on Node { ... on Org { name members { nodes { user { email } } } } ... on User { email orgMemberships { id } }
        ... on Workspace { name members { nodes { userId } } } ... on Group { name } ... on Job { payload } ... on Partner { name } ... on Shard { name } }`;
    const answer = async (id: string) => {
      const { status, data, errors, extensions } = await gateway.graphql<object, object>(open, { id }, { token: outsider });
      return { status, data, errors, extensions };
    };
    const absent = await answer(crypto.randomUUID());
    expect(absent).toMatchObject({ status: 200, data: { node: null }, errors: [] });
    for (const [type, { table }] of Object.entries(nodeTypes)) {
      const { rows } = await sql<{ id: string }>`select public_id as id from ${sql.table(table)} order by id limit 1`.execute(database.db);
      const id = rows[0]?.id ?? '';
      expect(await node(id, adminToken)).toMatchObject({ __typename: type, id });
      expect({ type, ...(await answer(id)) }).toEqual({ type, ...absent });
    }
  });
});
