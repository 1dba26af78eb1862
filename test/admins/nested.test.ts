import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aGrant, anOrg, anOrgAccess, aUser, endGrant } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

interface Assigned {
  readonly totalCount: number;
  readonly nodes: readonly { readonly state: string; readonly admin: { readonly id: string; readonly email: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

async function assignmentsOf(groupId: string, args = ''): Promise<Assigned> {
  const document = `query ($id: UUID!) { group(id: $id) { assignments${args} {
    totalCount pageInfo { hasNextPage endCursor } nodes { state isActive assignedBy { id } admin { id email } group { name } } } } }`;
  const { data, errors } = await gateway.graphql<{ group: { assignments: Assigned } }, object>(
    document,
    { id: groupId },
    { token: gateway.adminToken },
  );
  if (!data) throw new Error(JSON.stringify(errors));
  return data.group.assignments;
}

async function groupOf(assignmentId: string): Promise<string> {
  const { public_id: id } = await gateway.database.db
    .selectFrom('group_assignments as a')
    .innerJoin('groups as g', 'g.id', 'a.group_id')
    .where('a.public_id', '=', assignmentId)
    .select('g.public_id')
    .executeTakeFirstOrThrow();
  return id;
}

describe('what was given to admins', () => {
  it('is shown from the group: to whom, whether it counts, page by page', async () => {
    const { database, adminToken: token } = gateway;
    const first = await aUser(database);
    const grant = await aGrant(database, first, []);
    const groupId = await groupOf(grant);
    const others: string[] = [];
    for (let i = 0; i < 2; i += 1) {
      const adminId = await aUser(database, { isPlatformAdmin: true });
      const document =
        'mutation ($input: AssignGroupInput!) { assignGroup(input: $input) { assignment { state admin { id } group { name userCount } } } }';
      const { data } = await gateway.graphql<{ assignGroup: object }, object>(document, { input: { adminId, groupId } }, { token });
      expect(data?.assignGroup).toMatchObject({ assignment: { state: 'ACTIVE', admin: { id: adminId }, group: { userCount: i + 2 } } });
      others.push(adminId);
    }
    await endGrant(database, grant, 'expired');
    const all = await assignmentsOf(groupId);
    expect(all.nodes.map(({ state, admin }) => [admin.id, state])).toEqual([[first, 'EXPIRED'], ...others.map((id) => [id, 'ACTIVE'])]);
    expect((await assignmentsOf(groupId, '(filter: { state: EXPIRED })')).nodes.map(({ admin }) => admin.id)).toEqual([first]);
    const page = await assignmentsOf(groupId, '(first: 2)');
    expect(page).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
    const rest = await assignmentsOf(groupId, `(first: 2, after: "${page.pageInfo.endCursor}")`);
    expect([...page.nodes, ...rest.nodes]).toEqual(all.nodes);
  });

  it('is shown from the org: who was granted access, and not who has it by global access', async () => {
    const { database, adminToken: token } = gateway;
    const [zoe, ada] = [await aUser(database, { displayName: 'Zoe' }), await aUser(database, { displayName: 'ada' })];
    const orgId = await anOrg(database);
    for (const user of [zoe, ada]) {
      await aGrant(database, user, []);
      await anOrgAccess(database, user, orgId);
    }
    await aUser(database, { isPlatformAdmin: true, isGlobalAccess: true });
    const document = `query ($id: UUID!) { org(id: $id) { access { totalCount nodes { note org { id } grantedBy { id } admin { displayName } } } } }`;
    const { data } = await gateway.graphql<{ org: object }, object>(document, { id: orgId }, { token });
    expect(data?.org).toEqual({
      access: {
        totalCount: 2,
        nodes: [
          { note: null, org: { id: orgId }, grantedBy: { id: ada }, admin: { displayName: 'ada' } },
          { note: null, org: { id: orgId }, grantedBy: { id: zoe }, admin: { displayName: 'Zoe' } },
        ],
      },
    });
  });

  it('costs as many statements for many groups, orgs and admins as for one', async () => {
    const { database, adminToken: token } = gateway;
    const document = `{
      groups(first: 20) { nodes { assignments(first: 10) { totalCount nodes { admin { assignments { group { permissions { key } } } orgAccess { org { id } } } } } } }
      orgs(first: 20) { nodes { access(first: 10) { nodes { admin { orgAccess { note } } } } } }
      whoCan(permission: "platform.orgs.list", first: 20) { nodes { user { email } assignments { group { name } } } }
    }`;
    async function statements(): Promise<number> {
      const before = database.statements();
      const { errors } = await gateway.graphql(document, {}, { token });
      expect(errors).toEqual([]);
      return database.statements() - before;
    }
    await statements();
    const few = await statements();
    for (let i = 0; i < 5; i += 1) {
      const user = await aUser(database);
      await aGrant(database, user, ['platform.orgs.list']);
      await anOrgAccess(database, user, await anOrg(database));
    }
    expect(await statements()).toBe(few);
  });
});
