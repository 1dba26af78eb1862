import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aGrant, aMembership, anOrg, anOrgAccess, aUser, endGrant, shutOut } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
let orgId: string;
beforeAll(async () => {
  gateway = await testGateway();
  orgId = await anOrg(gateway.database, { name: 'Acme' });
});
afterAll(() => gateway.close());

interface Assignment {
  readonly state: string;
  readonly expiresAt: string | null;
}

interface Explanation {
  readonly allowed: boolean;
  readonly obstacles: readonly string[];
  readonly orgAccess: string | null;
  readonly membershipStatus: string | null;
  readonly enforcement: string;
  readonly org: { readonly name: string } | null;
  readonly user: { readonly id: string };
  readonly assignments: readonly Assignment[];
}

async function explain(userId: string, permission: string, org?: string): Promise<Explanation> {
  const document = `query ($userId: UUID!, $permission: String!, $orgId: UUID) {
    explainAccess(userId: $userId, permission: $permission, orgId: $orgId) {
      allowed obstacles orgAccess membershipStatus enforcement org { name } user { id } assignments { state expiresAt group { name } }
    }
  }`;
  const variables = { userId, permission, orgId: org };
  const { data, errors } = await gateway.graphql<{ explainAccess: Explanation }, object>(document, variables, {
    token: gateway.adminToken,
  });
  if (!data) throw new Error(JSON.stringify(errors));
  return data.explainAccess;
}

interface Holder {
  readonly until: string | null;
  readonly orgAccess: string | null;
  readonly user: { readonly id: string };
  readonly assignments: readonly Assignment[];
}

async function whoCan(permission: string, org?: string, search?: string): Promise<readonly Holder[]> {
  const document = `query ($permission: String!, $orgId: UUID, $search: String) {
    whoCan(permission: $permission, orgId: $orgId, filter: { search: $search }, first: 100) {
      totalCount nodes { until orgAccess user { id displayName email } assignments { state expiresAt } }
    }
  }`;
  const { data, errors } = await gateway.graphql<{ whoCan: { totalCount: number; nodes: readonly Holder[] } }, object>(
    document,
    { permission, orgId: org, search },
    { token: gateway.adminToken },
  );
  if (!data) throw new Error(JSON.stringify(errors));
  expect(data.whoCan.totalCount).toBe(data.whoCan.nodes.length);
  return data.whoCan.nodes;
}

const billing = 'platform.billing.read';

describe('explainAccess', () => {
  it('says which assignments give a permission, which have ended, and until when', async () => {
    const { database } = gateway;
    const user = await aUser(database);
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    await aGrant(database, user, [billing], { expiresAt: soon });
    for (const how of ['expired', 'suspended', 'archived'] as const) await endGrant(database, await aGrant(database, user, [billing]), how);
    await aGrant(database, user, ['platform.orgs.list']);
    const answer = await explain(user, billing);
    expect(answer).toMatchObject({ allowed: true, obstacles: [], org: null, orgAccess: null, enforcement: 'ENABLED', user: { id: user } });
    expect(answer.assignments.map(({ state }) => state)).toEqual(['ACTIVE', 'EXPIRED', 'SUSPENDED', 'GROUP_ARCHIVED']);
    const [holder] = (await whoCan(billing)).filter((each) => each.user.id === user);
    expect(Date.parse(holder?.until ?? '')).toBe(Date.parse(soon));
    expect(holder?.assignments.map(({ state }) => state)).toEqual(['ACTIVE']);
    await aGrant(database, user, [billing]);
    expect((await whoCan(billing)).find((each) => each.user.id === user)).toMatchObject({ until: null });
  });

  it('names everything that stands in the way', async () => {
    const { database } = gateway;
    const user = await aUser(database, { status: 'suspended' });
    await shutOut(database, user, 'blocked');
    const org = await anOrg(database);
    await aMembership(database, org, user, { status: 'invited' });
    const none = { allowed: false, orgAccess: 'NONE', membershipStatus: 'INVITED', assignments: [] };
    expect(await explain(user, billing, org)).toMatchObject({
      ...none,
      obstacles: ['USER_SUSPENDED', 'USER_BLOCKED', 'NO_PLATFORM_ACCESS', 'NO_ACTIVE_ASSIGNMENT', 'NO_ORG_ACCESS'],
    });
  });

  it('says why an admin may work on an org, and that one who may not, may not', async () => {
    const { database } = gateway;
    const [granted, global, neither] = [await aUser(database), await aUser(database), await aUser(database)];
    for (const user of [granted, global, neither]) await aGrant(database, user, [billing]);
    await anOrgAccess(database, granted, orgId);
    await database.db.updateTable('users').set({ is_global_access: true }).where('public_id', '=', global).execute();
    expect(await explain(granted, billing, orgId)).toMatchObject({ allowed: true, orgAccess: 'GRANTED', org: { name: 'Acme' } });
    expect(await explain(global, billing, orgId)).toMatchObject({ allowed: true, orgAccess: 'GLOBAL' });
    expect(await explain(neither, billing, orgId)).toMatchObject({ allowed: false, orgAccess: 'NONE', obstacles: ['NO_ORG_ACCESS'] });
    expect(await explain(neither, billing)).toMatchObject({ allowed: true, obstacles: [] });
    const holders = new Map((await whoCan(billing, orgId)).map((holder) => [holder.user.id, holder.orgAccess]));
    expect([holders.get(granted), holders.get(global), holders.get(neither)]).toEqual(['GRANTED', 'GLOBAL', undefined]);
  });

  it.each([
    ['a user that there is not', { userId: '01890a5d-ac96-774b-bcce-b302099a8057' }, { code: 'NOT_FOUND', resourceType: 'user' }],
    ['an org that there is not', { orgId: '01890a5d-ac96-774b-bcce-b302099a8057' }, { code: 'NOT_FOUND', resourceType: 'org' }],
    [
      'a permission that there is not',
      { permission: 'platform.everything' },
      { code: 'BAD_USER_INPUT', issues: [{ path: ['permission'], message: 'There is no such permission.', type: 'value_error' }] },
    ],
  ])('is refused for %s', async (_what, wrong, said) => {
    const document = `query ($userId: UUID!, $permission: String!, $orgId: UUID) {
      explainAccess(userId: $userId, permission: $permission, orgId: $orgId) { allowed } }`;
    const variables = { userId: gateway.adminId, permission: billing, ...wrong };
    const { errors } = await gateway.graphql(document, variables, { token: gateway.adminToken });
    expect(errors[0]?.extensions).toMatchObject(said);
  });
});

interface Someone {
  readonly standing: 'active' | 'suspended' | 'deactivated' | 'blocked';
  readonly isAdmin: boolean;
  readonly access: 'global' | 'granted' | 'none';
  readonly grants: readonly { readonly gives: readonly string[]; readonly end: 'none' | 'later' | 'expired' | 'suspended' | 'archived' }[];
}

const someone: fc.Arbitrary<Someone> = fc.record({
  standing: fc.oneof({ weight: 4, arbitrary: fc.constant('active' as const) }, fc.constantFrom('suspended', 'deactivated', 'blocked')),
  isAdmin: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
  access: fc.constantFrom('global', 'granted', 'none'),
  grants: fc.array(
    fc.record({
      gives: fc.subarray([billing, 'platform.orgs.list'], { minLength: 1 }),
      end: fc.constantFrom('none', 'later', 'expired', 'suspended', 'archived'),
    }),
    { maxLength: 3 },
  ),
});

async function make({ standing, isAdmin, access, grants }: Someone, displayName: string): Promise<string> {
  const { database } = gateway;
  const id = await aUser(database, { displayName, status: standing === 'blocked' ? 'active' : standing });
  for (const { gives, end } of grants) {
    const expiresAt = end === 'later' ? new Date(Date.now() + 3_600_000).toISOString() : undefined;
    const grant = await aGrant(database, id, gives, { expiresAt });
    if (end !== 'none' && end !== 'later') await endGrant(database, grant, end);
  }
  if (standing === 'blocked') await shutOut(database, id, 'blocked');
  if (access === 'granted') await anOrgAccess(database, id, orgId);
  const flags = { has_platform_access: isAdmin, is_global_access: isAdmin && access === 'global' };
  await database.db.updateTable('users').set(flags).where('public_id', '=', id).execute();
  return id;
}

/** What a request of the user's own shows: whether they hold a permission, and whether they are let at the org's billing. */
async function truth(userId: string, permission: string) {
  const own = { token: gateway.tokenFor(userId) };
  const viewer = await gateway.graphql<{ viewer: { permissions: string[] } }, object>('{ viewer { permissions } }', {}, own);
  const document = 'query ($orgId: UUID!) { orgBilling(orgId: $orgId) { maxLocations } }';
  const { data } = await gateway.graphql<{ orgBilling: object }, object>(document, { orgId }, own);
  return { holds: viewer.data?.viewer.permissions.includes(permission) ?? false, reachesBilling: Boolean(data?.orgBilling) };
}

describe('whatever the state', () => {
  it('explainAccess says what a request of the user’s is answered, and whoCan lists just those who are allowed', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(someone, { minLength: 1, maxLength: 4 }), async (people) => {
        run += 1;
        const name = `Someone of run ${run}.`;
        const ids = await Promise.all(people.map((person) => make(person, name)));
        const allowed = { anywhere: new Set<string>(), there: new Set<string>() };
        for (const id of ids) {
          const { holds, reachesBilling } = await truth(id, billing);
          const [anywhere, there] = [await explain(id, billing), await explain(id, billing, orgId)];
          expect([anywhere.allowed, there.allowed]).toEqual([holds, reachesBilling]);
          expect([anywhere.obstacles.length === 0, there.obstacles.length === 0]).toEqual([holds, reachesBilling]);
          if (holds) allowed.anywhere.add(id);
          if (reachesBilling) allowed.there.add(id);
        }
        expect(new Set((await whoCan(billing, undefined, name)).map(({ user }) => user.id))).toEqual(allowed.anywhere);
        expect(new Set((await whoCan(billing, orgId, name)).map(({ user }) => user.id))).toEqual(allowed.there);
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});
