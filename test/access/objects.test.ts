import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aMembership, anOrg, aUser, aWorkspace, shutOut } from '../support/builders.js';
import { type Caller, type TestGateway, testGateway } from '../support/gateway.js';
import { aKeyOf, anAdmin } from './callers.js';

let gateway: TestGateway;
/** Two orgs that have nothing in common but the platform, and a member of each. */
let acme: string;
let globex: string;
let ann: string;
let amy: string;
let bob: string;
beforeAll(async () => {
  gateway = await testGateway();
  [ann, amy, bob] = (await Promise.all(['Ann', 'Amy', 'Bob'].map((displayName) => aUser(gateway.database, { displayName })))) as [
    string,
    string,
    string,
  ]; // three in, three out
  acme = await anOrg(gateway.database, { name: 'Acme', members: [ann, amy] });
  globex = await anOrg(gateway.database, { name: 'Globex', members: [bob] });
  await aWorkspace(gateway.database, acme, 'Research');
});
afterAll(() => gateway.close());

const as = (userId: string): Caller => ({ token: gateway.tokenFor(userId) });
const never = '01890a5d-ac96-774b-bcce-b302099a8057';
const spellings = [
  ['lowercase', (id: string) => id],
  ['uppercase', (id: string) => id.toUpperCase()],
] as const;

const byId = 'query ($id: UUID!) { org(id: $id) { id name } }';
const byNode = 'query ($id: ID!) { node(id: $id) { id ... on Org { name } ... on User { displayName } } }';
const userById = 'query ($id: UUID!) { user(id: $id) { id displayName } }';

/** The whole answer, with the id that was asked for left out of it: two that are equal tell nothing apart. */
async function answerTo(document: string, id: string, caller: Caller): Promise<string> {
  const { status, data, errors } = await gateway.graphql(document, { id }, caller);
  const said = errors.map(({ message, path, extensions }) => ({ message, path, extensions }));
  return JSON.stringify({ status, data, said }).replace(new RegExp(id, 'gi'), 'the id');
}

async function dataOf(document: string, variables: object, caller: Caller): Promise<unknown> {
  const { data, errors } = await gateway.graphql<object, object>(document, variables, caller);
  return errors.length > 0 ? errors.map(({ extensions }) => extensions.code) : data;
}

async function restStatus(path: string, caller: Caller): Promise<number> {
  return (await gateway.rest('GET', path, caller)).status;
}

describe('a member of an org', () => {
  it.each(spellings)('sees it, its workspaces and its members by every way, the id in %s', async (_name, spelled) => {
    const id = spelled(acme);
    const inside = `query ($id: UUID!) { org(id: $id) {
      name members { totalCount nodes { displayName org { name } user { id } } } workspaces { nodes { name } } } }`;
    expect(await dataOf(inside, { id }, as(ann))).toEqual({
      org: {
        name: 'Acme',
        members: {
          totalCount: 2,
          nodes: [
            { displayName: 'Amy', org: { name: 'Acme' }, user: { id: amy } },
            { displayName: 'Ann', org: { name: 'Acme' }, user: { id: ann } },
          ],
        },
        workspaces: { nodes: [{ name: 'Research' }] },
      },
    });
    expect(await dataOf(byNode, { id }, as(ann))).toEqual({ node: { id: acme, name: 'Acme' } });
  });

  it('finds it among their orgs', async () => {
    expect(await dataOf('{ myOrgs { isGlobal totalCount nodes { name } } me { orgMemberships { org { name } } } }', {}, as(ann))).toEqual({
      myOrgs: { isGlobal: false, totalCount: 1, nodes: [{ name: 'Acme' }] },
      me: { orgMemberships: [{ org: { name: 'Acme' } }] },
    });
  });

  it.each(spellings)('finds another org by no way, as if it never was, the id in %s', async (_name, spelled) => {
    const id = spelled(globex);
    const nested = 'query ($id: UUID!) { org(id: $id) { members { nodes { user { id } } } } }';
    for (const document of [byId, byNode, nested]) {
      const answer = await answerTo(document, id, as(ann));
      expect(answer).toBe(await answerTo(document, spelled(never), as(ann)));
      expect(answer).not.toContain('Globex');
    }
    expect(await dataOf(byId, { id }, as(ann))).toEqual(['NOT_FOUND']);
    expect(await dataOf(byNode, { id }, as(ann))).toEqual({ node: null });
    expect(await restStatus(`/api/v1/platform/orgs/${id}`, as(ann))).toBe(await restStatus(`/api/v1/platform/orgs/${never}`, as(ann)));
  });

  it('sees of a fellow member what the org shows, finds them by their id, and finds nobody else', async () => {
    const shown =
      'query ($id: UUID!) { org(id: $id) { members(filter: { search: "Amy" }) { nodes { user { id email username status } } } } }';
    expect(await dataOf(shown, { id: acme }, as(ann))).toMatchObject({
      org: { members: { nodes: [{ user: { id: amy, status: 'ACTIVE' } }] } },
    });
    // As GET /v1/users/{user_id} documents: whoever shares an org may read the other.
    expect(await dataOf(userById, { id: amy }, as(ann))).toEqual({ user: { id: amy, displayName: 'Amy' } });
    expect(await answerTo(userById, bob, as(ann))).toBe(await answerTo(userById, never, as(ann)));
    expect(await answerTo(byNode, bob, as(ann))).toBe(await answerTo(byNode, never, as(ann)));
  });

  it.each(spellings)('finds themselves by every way, the id in %s', async (_name, spelled) => {
    const id = spelled(ann);
    expect(await dataOf(userById, { id }, as(ann))).toEqual({ user: { id: ann, displayName: 'Ann' } });
    expect(await dataOf(byNode, { id }, as(ann))).toEqual({ node: { id: ann, displayName: 'Ann' } });
    expect(await dataOf('{ me { displayName } viewer { user { displayName } } }', {}, as(ann))).toEqual({
      me: { displayName: 'Ann' },
      viewer: { user: { displayName: 'Ann' } },
    });
  });

  it("changes nothing of the org, of a fellow member, or of another's org", async () => {
    const rename = 'mutation ($id: UUID!) { updateOrg(id: $id, input: { baseVersion: 1, name: "Mine" }) { org { id } } }';
    const renameUser = 'mutation ($id: UUID!) { updateUser(id: $id, input: { displayName: "Mine" }) { user { id } } }';
    const billing = 'mutation ($id: UUID!) { updateOrgBilling(orgId: $id, input: { maxLocations: 9 }) { billing { orgId } } }';
    const [orgRows, userRows] = await rowsOf();
    for (const [document, id] of [
      [rename, acme],
      [rename, globex],
      [billing, acme],
      [billing, globex],
    ] as const) {
      expect(await dataOf(document, { id }, as(ann))).toEqual(['FORBIDDEN']);
      expect(await answerTo(document, id, as(ann))).toBe(await answerTo(document, never, as(ann)));
    }
    // A fellow member is known to be there, and another's user is not.
    expect(await dataOf(renameUser, { id: amy }, as(ann))).toEqual(['FORBIDDEN']);
    expect(await dataOf(renameUser, { id: bob }, as(ann))).toEqual(['NOT_FOUND']);
    expect(await answerTo(renameUser, bob, as(ann))).toBe(await answerTo(renameUser, never, as(ann)));
    expect(await rowsOf()).toEqual([orgRows, userRows]);
  });
});

function rowsOf() {
  const { db } = gateway.database;
  return Promise.all([
    db.selectFrom('orgs').selectAll().orderBy('id').execute(),
    db.selectFrom('users').selectAll().orderBy('id').execute(),
  ]);
}

describe('a membership that is not active', () => {
  it.each(['invited', 'suspended', 'removed'] as const)('%s: opens nothing of the org', async (status) => {
    const user = await aUser(gateway.database);
    const org = await anOrg(gateway.database, { name: 'Hooli', members: [bob] });
    await aMembership(gateway.database, org, user, { status, roleHint: 'admin' });
    expect(await answerTo(byId, org, as(user))).toBe(await answerTo(byId, never, as(user)));
    expect(await answerTo(byNode, org, as(user))).toBe(await answerTo(byNode, never, as(user)));
    expect(await dataOf('{ myOrgs { nodes { name } } me { orgCount } }', {}, as(user))).toEqual({
      myOrgs: { nodes: [] },
      me: { orgCount: 0 },
    });
    // The membership itself is the user's own: they may know that it is there, and not what is behind it.
    expect(await dataOf('{ me { orgMemberships { orgName status } } }', {}, as(user))).toEqual({
      me: { orgMemberships: [{ orgName: 'Hooli', status: status.toUpperCase() }] },
    });
    for (const inside of ['name', 'members { nodes { email } }', 'workspaces { nodes { name } }', 'taxId']) {
      expect(await dataOf(`{ me { orgMemberships { org { ${inside} } } } }`, {}, as(user))).toEqual(['NOT_FOUND']);
    }
  });
});

describe('an org that is not active', () => {
  it.each(['suspended', 'migrating'] as const)('%s: is closed to its members and open to admins', async (status) => {
    const user = await aUser(gateway.database);
    const org = await anOrg(gateway.database, { name: 'Initech', status, admins: [user] });
    expect(await answerTo(byId, org, as(user))).toBe(await answerTo(byId, never, as(user)));
    expect(await answerTo(byNode, org, as(user))).toBe(await answerTo(byNode, never, as(user)));
    expect(await dataOf('{ myOrgs { nodes { name } } }', {}, as(user))).toEqual({ myOrgs: { nodes: [] } });
    expect(await dataOf('{ me { orgMemberships { org { name } } } }', {}, as(user))).toEqual(['NOT_FOUND']);
    const admin = await anAdmin(gateway, ['platform.orgs.read']);
    expect(await dataOf(byId, { id: org }, as(admin))).toEqual({ org: { id: org, name: 'Initech' } });
  });
});

describe('an admin', () => {
  it('finds nothing by an id that is not there', async () => {
    const admin = await anAdmin(gateway, ['platform.orgs.read', 'platform.users.read']);
    expect(await dataOf(byId, { id: never }, as(admin))).toEqual(['NOT_FOUND']);
    expect(await dataOf(userById, { id: never }, as(admin))).toEqual(['NOT_FOUND']);
    for (const id of [never, never.toUpperCase(), '1', '', 'constructor']) {
      expect(await dataOf(byNode, { id }, as(admin))).toEqual({ node: null });
    }
  });

  it('finds a deleted user by no way, as if they never were', async () => {
    const admin = await anAdmin(gateway, ['platform.users.read', 'platform.users.list', 'platform.users.update']);
    const gone = await aUser(gateway.database, { displayName: 'Gone Girl' });
    await aMembership(gateway.database, acme, gone);
    await shutOut(gateway.database, gone, 'deleted');
    const change = 'mutation ($id: UUID!) { updateUser(id: $id, input: { displayName: "Back" }) { user { id } } }';
    for (const document of [userById, byNode, change]) {
      expect(await answerTo(document, gone, as(admin))).toBe(await answerTo(document, never, as(admin)));
    }
    const lists = '{ users(filter: { search: "Gone Girl" }) { totalCount } }';
    expect(await dataOf(lists, {}, as(admin))).toEqual({ users: { totalCount: 0 } });
    const members = 'query ($id: UUID!) { orgMembers(orgId: $id) { nodes { displayName } } }';
    expect(await dataOf(members, { id: acme }, as(admin))).toEqual({
      orgMembers: { nodes: [{ displayName: 'Amy' }, { displayName: 'Ann' }] },
    });
  });

  it('of one permission sees what it opens and nothing beside', async () => {
    const orgReader = await anAdmin(gateway, ['platform.orgs.read']);
    expect(await dataOf(byNode, { id: acme }, as(orgReader))).toEqual({ node: { id: acme, name: 'Acme' } });
    expect(await dataOf(byNode, { id: ann }, as(orgReader))).toEqual({ node: null });
    const userReader = await anAdmin(gateway, ['platform.users.read']);
    expect(await dataOf(byNode, { id: ann }, as(userReader))).toEqual({ node: { id: ann, displayName: 'Ann' } });
    expect(await dataOf(byNode, { id: acme }, as(userReader))).toEqual({ node: null });
    // Not the org behind a membership, though the membership is shown.
    expect(await dataOf('query ($id: UUID!) { user(id: $id) { orgMemberships { org { name } } } }', { id: bob }, as(userReader))).toEqual([
      ...['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN'], // one for each of the four
    ]);
  });

  it('with access to an org and no permission can choose it, and no other', async () => {
    const admin = await anAdmin(gateway, [], globex);
    expect(await dataOf('{ myOrgs { isGlobal nodes { name } } }', {}, as(admin))).toEqual({
      myOrgs: { isGlobal: false, nodes: [{ name: 'Globex' }] },
    });
    const everywhere = await aUser(gateway.database, { isPlatformAdmin: true, isGlobalAccess: true });
    expect(await dataOf('{ myOrgs { isGlobal nodes { name } } }', {}, as(everywhere))).toMatchObject({
      myOrgs: { isGlobal: true, nodes: expect.arrayContaining([{ name: 'Acme' }, { name: 'Globex' }]) },
    });
  });
});

describe("a member's API key", () => {
  it('sees what they see, and no more', async () => {
    const key = await aKeyOf(gateway, ann, []);
    expect(await dataOf(byId, { id: acme }, key)).toEqual({ org: { id: acme, name: 'Acme' } });
    expect(await dataOf(byId, { id: globex }, key)).toEqual(['NOT_FOUND']);
  });
});
