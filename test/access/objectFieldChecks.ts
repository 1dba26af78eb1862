import { permissionKeys } from '../../src/access/permissions.js';
import { aMembership, aPartner, aTenant, aUser, aWorkspace, aWorkspaceMember } from '../support/builders.js';
import type { Caller, TestGateway } from '../support/gateway.js';
import { anAdmin } from './callers.js';
import type { ObjectField } from './objectFields.js';

/** One caller of a field, and what they must be given. */
export interface Check {
  readonly says: string;
  readonly expected: unknown;
  readonly observe: () => Promise<unknown>;
}

/** A query that comes to objects of a type, and what an admin must hold to get that far. */
interface Way {
  readonly to: (selection: string) => string;
  readonly needs?: string;
}

const ofTheOrg = (inner: string) => `query ($id: UUID!) { org(id: $id) { ${inner} } }`;
const toFellows: Way = { to: (selection) => ofTheOrg(`members { nodes { user { ${selection} } } }`) };
const toColleagues: Way = {
  to: (selection) => `query ($workspace: UUID!) { workspaceMembers(workspaceId: $workspace) { nodes { user { ${selection} } } } }`,
  needs: 'platform.workspaces.read',
};
const toSelf: Way = { to: (inner) => `{ me { ${inner} } }` };

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
  Shard: { to: (selection) => `{ shards { nodes { ${selection} } } }`, needs: 'platform.shards.list' },
  Partner: { to: (selection) => `{ partners { nodes { ${selection} } } }`, needs: 'platform.partners.list' },
  Group: { to: (selection) => `{ groups { nodes { ${selection} } } }`, needs: 'platform.groups.list' },
};

/** What ties an admin to the org. */
type Tie = 'none' | 'fellow' | 'access';

/** Finds the checks of a field's row, on a gateway whose database no other test uses. */
export async function objectFieldChecks(gateway: TestGateway): Promise<(at: string, row: ObjectField) => Check[]> {
  const [first, second] = [await aUser(gateway.database), await aUser(gateway.database)];
  const { id: orgId } = await aTenant(gateway, { slug: 'the-org', members: [first], admins: [second] });
  // One in which both work, and one in which neither does.
  const design = await aWorkspace(gateway.database, orgId, 'Design');
  for (const user of [first, second]) await aWorkspaceMember(gateway.database, design, user, 'viewer');
  await aWorkspace(gateway.database, orgId, 'Research');
  await aPartner(gateway.database);
  await gateway.rest('POST', `/api/v1/platform/orgs/${orgId}/seed`, { token: gateway.adminToken });
  const member: Caller = { token: gateway.tokenFor(first) };
  const orgAdmin: Caller = { token: gateway.tokenFor(second) };
  const admins = new Map<string, Promise<Caller>>();

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
  async function outcome(way: Way, selection: string, caller: Caller): Promise<unknown> {
    const { data, errors } = await gateway.graphql(way.to(selection), { id: orgId, workspace: design }, caller);
    const [error] = errors;
    if (!error) return data ? 'data' : 'nothing';
    return [error.extensions.code, error.extensions.requiredPermission];
  }

  return (at, { selection, opens, also = [], lacking = opens[0], needsOrgAccess }) => {
    const type = at.replace(/\..*/, '');
    const opensToFellows = type === 'User' && also.includes('member');
    // What fellows may read, an admin who is none is shown of those who work in a workspace.
    const tie = type === 'User' && !opensToFellows ? 'fellow' : needsOrgAccess ? 'access' : 'none';
    const [membersWay, adminsWay] = [membersWays[type], opensToFellows ? toColleagues : adminsWays[type]];
    if (!adminsWay) throw new Error(`There is no way to ${type}.`);
    const needs = adminsWay.needs ? [adminsWay.needs] : [];
    const refusal = ['FORBIDDEN', lacking];
    const others = [...permissionKeys].filter((key) => !opens.includes(key));
    // Where the way itself opens the field, there is no way to be refused it.
    const isRefusable = !opens.some((permission) => needs.includes(permission));
    const check = (says: string, way: Way, isOpen: boolean, caller: () => Caller | Promise<Caller>): Check => ({
      says: `is ${isOpen ? 'open' : 'closed'} to ${says}`,
      expected: isOpen ? 'data' : refusal,
      observe: async () => outcome(way, selection, await caller()),
    });
    return [
      ...(membersWay
        ? [
            check('a member of the org', membersWay, also.includes('member'), () => member),
            check('an admin of the org', membersWay, also.includes('orgAdmin'), () => orgAdmin),
          ]
        : []),
      ...(also.includes('self') ? [check('the user themselves', toSelf, true, () => member)] : []),
      ...(isRefusable
        ? [check('an admin with every other permission', adminsWay, false, () => adminWith([...others, ...needs], tie))]
        : []),
      ...(needsOrgAccess
        ? [
            {
              says: 'is closed to an admin with every permission and no access to the org',
              expected: ['FORBIDDEN', 'org_access'],
              observe: async () => outcome(adminsWay, selection, await adminWith([...permissionKeys], 'none')),
            },
          ]
        : []),
      ...opens.map((permission) =>
        check(`an admin with ${permission} alone`, adminsWay, true, () => adminWith([permission, ...needs], tie)),
      ),
    ];
  };
}
