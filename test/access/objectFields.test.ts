import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { permissionKeys } from '../../src/access/permissions.js';
import { isPublic, sameAudience, withParent } from '../../src/access/rule.js';
import { buildUnguardedSchema, rulesOf } from '../../src/schema/schema.js';
import { aMembership, aTenant, aUser, aWorkspace, aWorkspaceMember } from '../support/builders.js';
import { type Caller, type TestGateway, testGateway } from '../support/gateway.js';
import { anAdmin } from './callers.js';
import { objectFields } from './objectFields.js';

let gateway: TestGateway;
let orgId: string;
let member: Caller;
let orgAdmin: Caller;
beforeAll(async () => {
  gateway = await testGateway();
  const [first, second] = [await aUser(gateway.database), await aUser(gateway.database)];
  ({ id: orgId } = await aTenant(gateway, { slug: 'the-org', members: [first], admins: [second] }));
  // One in which both work, and one in which neither does.
  const design = await aWorkspace(gateway.database, orgId, 'Design');
  for (const user of [first, second]) await aWorkspaceMember(gateway.database, design, user, 'viewer');
  await aWorkspace(gateway.database, orgId, 'Research');
  await gateway.graphql(
    'mutation { createPartner(input: { name: "A partner", slug: "a-partner" }) { partner { id } } }',
    {},
    { token: gateway.adminToken },
  );
  await gateway.rest('POST', `/api/v1/platform/orgs/${orgId}/seed`, { token: gateway.adminToken });
  member = { token: gateway.tokenFor(first) };
  orgAdmin = { token: gateway.tokenFor(second) };
});
afterAll(() => gateway.close());

/** A query that comes to objects of a type, and what an admin must hold to get that far. */
interface Way {
  readonly to: (selection: string) => string;
  readonly needs?: string;
}

const ofTheOrg = (inner: string) => `query ($id: UUID!) { org(id: $id) { ${inner} } }`;
const toFellows: Way = { to: (selection) => ofTheOrg(`members { nodes { user { ${selection} } } }`) };

const toAdmins: Way = { to: (selection) => `{ admins { nodes { ${selection} } } }`, needs: 'platform.admins.list' };

const membersWays: Readonly<Record<string, Way>> = {
  User: toFellows,
  Org: { to: ofTheOrg },
  OrgMembership: { to: (selection) => ofTheOrg(`members { nodes { ${selection} } }`) },
  Workspace: { to: (selection) => ofTheOrg(`workspaces { nodes { ${selection} } }`) },
  WorkspaceMember: { to: (selection) => `{ me { workspaceMemberships { ${selection} } } }` },
};

/** Those of admins, who are no members; but users are met as fellow members, since every other way opens them. */
const adminsWays: Readonly<Record<string, Way>> = {
  User: toFellows,
  Org: { to: (selection) => `{ orgs(filter: { search: "the-org" }) { nodes { ${selection} } } }`, needs: 'platform.orgs.list' },
  OrgMembership: {
    to: (selection) => `query ($id: UUID!) { orgMembers(orgId: $id) { nodes { ${selection} } } }`,
    needs: 'platform.users.read',
  },
  Workspace: { to: (selection) => `{ workspaces { nodes { ${selection} } } }`, needs: 'platform.workspaces.list' },
  WorkspaceMember: {
    to: (selection) => `query ($id: UUID!) { orgMembers(orgId: $id) { nodes { user { workspaceMemberships { ${selection} } } } } }`,
    needs: 'platform.users.read',
  },
  Job: { to: (selection) => `{ jobs { nodes { ${selection} } } }`, needs: 'platform.orgs.seed' },
  Partner: { to: (selection) => `{ partners { nodes { ${selection} } } }`, needs: 'platform.partners.list' },
  Shard: { to: (selection) => `{ shards { nodes { ${selection} } } }`, needs: 'platform.shards.list' },
  Group: { to: (selection) => `{ groups { nodes { ${selection} } } }`, needs: 'platform.groups.list' },
};

const admins = new Map<string, Promise<Caller>>();

/** What ties an admin to the org. */
type Tie = 'none' | 'fellow' | 'access';

/** An admin with these permissions; one and the same for each set of them. */
function adminWith(permissions: readonly string[], tie: Tie): Promise<Caller> {
  const keys = [...new Set(permissions)].sort();
  const name = `${tie} ${keys}`;
  const known = admins.get(name) ?? makeAdmin(keys, tie);
  admins.set(name, known);
  return known;
}

async function makeAdmin(permissions: readonly string[], tie: Tie): Promise<Caller> {
  const id = await anAdmin(gateway, permissions, tie === 'access' ? orgId : undefined);
  if (tie === 'fellow') await aMembership(gateway.database, orgId, id);
  return { token: gateway.tokenFor(id) };
}

/** What a caller is given: the data, or an error's code and the permission that it names. */
async function outcome(way: Way | undefined, selection: string, caller: Caller): Promise<unknown> {
  if (!way) throw new Error('There is no way to this type.');
  const { data, errors } = await gateway.graphql(way.to(selection), { id: orgId }, caller);
  const [error] = errors;
  if (!error) return data ? 'data' : 'nothing';
  return [error.extensions.code, error.extensions.requiredPermission];
}

describe('the table of fields with a rule of their own', () => {
  it('has a row for each that the schema has, and no other', () => {
    const idle: readonly unknown[] = [withParent, sameAudience, isPublic];
    // The caller's own user, by a way that no one else can go.
    const own = ['Viewer.user'];
    const ruled = Object.entries(rulesOf(buildUnguardedSchema())).flatMap(([type, fields]) =>
      ['Query', 'Mutation', 'Subscription'].includes(type)
        ? []
        : Object.entries(fields)
            .filter(([, rule]) => !idle.includes(rule))
            .map(([field]) => `${type}.${field}`),
    );
    expect(Object.keys(objectFields).sort()).toEqual(ruled.filter((at) => !own.includes(at)).sort());
  });
});

describe.each(Object.entries(objectFields))('%s', (at, { selection, opens, also = [], lacking = opens[0], needsOrgAccess }) => {
  const type = at.replace(/\..*/, '');
  const opensToFellows = type === 'User' && also.includes('member');
  // What fellows may read, an admin is shown as one of the admins.
  const tie = type === 'User' && !opensToFellows ? 'fellow' : needsOrgAccess ? 'access' : 'none';
  const adminsWay = opensToFellows ? toAdmins : adminsWays[type];
  const needs = adminsWay?.needs ? [adminsWay.needs] : [];
  const refusal = ['FORBIDDEN', lacking];

  if (membersWays[type]) {
    it(`is ${also.includes('member') ? 'open' : 'closed'} to a member of the org`, async () => {
      expect(await outcome(membersWays[type], selection, member)).toEqual(also.includes('member') ? 'data' : refusal);
    });

    it(`is ${also.includes('orgAdmin') ? 'open' : 'closed'} to an admin of the org`, async () => {
      expect(await outcome(membersWays[type], selection, orgAdmin)).toEqual(also.includes('orgAdmin') ? 'data' : refusal);
    });
  }

  if (also.includes('self')) {
    it('is open to the user themselves', async () => {
      expect(await outcome({ to: (inner) => `{ me { ${inner} } }` }, selection, member)).toBe('data');
    });
  }

  // Where the way itself opens the field, there is no way to be refused it.
  const isRefusable = !opens.some((permission) => needs.includes(permission));
  if (isRefusable) {
    it('is closed to an admin with every other permission', async () => {
      const others = [...permissionKeys].filter((key) => !opens.includes(key));
      const caller = await adminWith([...others, ...needs], tie);
      expect(await outcome(adminsWay, selection, caller)).toEqual(refusal);
    });
  }

  if (needsOrgAccess) {
    it('is closed to an admin with every permission and no access to the org', async () => {
      expect(await outcome(adminsWay, selection, await adminWith([...permissionKeys], 'none'))).toEqual(['FORBIDDEN', 'org_access']);
    });
  }

  it.each([...opens])('is open to an admin with %s alone', async (permission) => {
    expect(await outcome(adminsWay, selection, await adminWith([permission, ...needs], tie))).toBe('data');
  });
});
