import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aMembership, anOrg, aUser } from '../support/builders.js';
import { type GraphQLAnswer, type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
let orgId: string;
let memberId: string;
beforeAll(async () => {
  gateway = await testGateway();
  memberId = await aUser(gateway.database, { displayName: 'Grace', email: 'grace@test.example' });
  orgId = await anOrg(gateway.database, { name: 'Acme', slug: 'acme', members: [memberId] });
  await aMembership(gateway.database, orgId, await aUser(gateway.database, { displayName: 'Ada' }), { roleHint: 'owner' });
});
afterAll(() => gateway.close());

type Answer = GraphQLAnswer<Record<string, unknown>>;

/** Without what differs from one request to the next: headers, and which of two fields failed first. */
function comparable({ status, data, errors, extensions }: Answer) {
  const inOrder = [...errors].sort((a, b) => String(a.path).localeCompare(String(b.path)));
  return JSON.parse(JSON.stringify({ status, data, errors: inOrder, extensions }));
}

/**
 * Sends the same three times: the first is interpreted, the later ones are compiled. @returns what all three answered
 */
async function thrice(query: string, variables?: Record<string, unknown>, token?: string) {
  const answers = [];
  for (let time = 0; time < 3; time += 1) answers.push(comparable(await gateway.graphql(query, variables, { token })));
  const [first, second, third] = answers;
  expect([second, third]).toEqual([first, first]);
  expect(JSON.stringify(first)).not.toContain('INTERNAL_SERVER_ERROR');
  return first;
}

describe('the same document three times', () => {
  it.each([
    [
      'fields, aliases and fragments',
      '{ one: me { ...Named } two: me { id ...Named ... on Node { id } } } fragment Named on User { email name: displayName }',
    ],
    ['an interface', 'query ($id: ID!) { node(id: $id) { __typename id ... on User { email } ... on Org { slug } } }'],
    ['an interface, and nothing that has the id', '{ node(id: "01890a5d-ac96-774b-bcce-b302099a8057") { __typename id } }'],
    [
      'a list with its total',
      '{ orgs(filter: { search: "acme" }) { totalCount edges { cursor node { name members(first: 1) { totalCount nodes { user { email } } } } } } }',
    ],
    ['enums, in and out', '{ users(orderBy: { field: EMAIL, direction: DESC }) { nodes { status } } }'],
    ['an input with a variable in it', 'query ($s: String) { orgs(filter: { search: $s }) { nodes { slug } } }'],
    ['a default', 'query ($n: Int! = 1, $f: UserFilter = { search: "Ada" }) { users(first: $n, filter: $f) { nodes { displayName } } }'],
    ['introspection', '{ __type(name: "User") { name fields { name type { kind name ofType { name } } } } }'],
    ['`__typename` everywhere', '{ __typename me { __typename orgMemberships { __typename } } }'],
    ['lists below lists', '{ me { groups { name permissions { key } } effectivePermissions } }'],
  ])('answers alike: %s', async (_what, query) => {
    const { errors } = await thrice(
      query,
      query.includes('$id') ? { id: orgId } : query.includes('$s:') ? { s: 'acme' } : undefined,
      gateway.adminToken,
    );
    expect(errors).toEqual([]);
  });

  it.each([
    ['an error of a nullable field', 'query ($id: UUID!) { user(id: $id) { id } me { id } }', ['NOT_FOUND']],
    ['an error of a required field', '{ me { id } users(first: 1, page: 0) { totalCount } }', ['BAD_USER_INPUT']],
    ['errors of two fields', 'query ($id: UUID!) { a: user(id: $id) { id } b: org(id: $id) { id } }', ['NOT_FOUND', 'NOT_FOUND']],
  ])('fails alike: %s', async (_what, query, codes) => {
    const variables = query.includes('$id') ? { id: '01890a5d-ac96-774b-bcce-b302099a8057' } : undefined;
    const { errors } = await thrice(query, variables, gateway.adminToken);
    expect(errors.map(({ extensions }: { extensions: { code: string } }) => extensions.code)).toEqual(codes);
  });

  it('refuses alike, at the same path and line', async () => {
    const query = 'query ($id: UUID!) {\n  org(id: $id) {\n    id\n    members {\n      nodes { user { id orgCount } }\n    }\n  }\n}';
    const { errors } = await thrice(query, { id: orgId }, gateway.tokenFor(memberId));
    // Their own number of orgs is shown; the other member's is not.
    expect(errors).toMatchObject([{ path: ['org', 'members', 'nodes', 0, 'user', 'orgCount'], extensions: { code: 'FORBIDDEN' } }]);
  });

  it('answers each caller and each variable for itself', async () => {
    const query = 'query ($id: UUID!) { me { id } user(id: $id) { displayName email } }';
    const other = await aUser(gateway.database, { displayName: 'Alan' });
    for (const _time of [1, 2, 3]) {
      const byAdmin = await gateway.graphql(query, { id: memberId }, { token: gateway.adminToken });
      expect(byAdmin.data).toEqual({ me: { id: gateway.adminId }, user: { displayName: 'Grace', email: 'grace@test.example' } });
      const byOther = await gateway.graphql(query, { id: memberId }, { token: gateway.tokenFor(other) });
      expect(byOther.data).toEqual({ me: { id: other }, user: null });
      expect((await gateway.graphql(query, { id: memberId })).errors.map(({ extensions }) => extensions.code)).toContain('UNAUTHENTICATED');
    }
  });

  it('changes three times, and leaves alone what its variables leave out', async () => {
    const query = `mutation ($id: UUID!, $version: Int!, $name: String, $notes: String, $city: String) {
      updateOrg(id: $id, input: { baseVersion: $version, name: $name, internalNotes: $notes, hqCity: $city }) {
        org { name internalNotes hqCity version } } }`;
    const id = await anOrg(gateway.database, { name: 'Before' });
    let version = 1;
    const change = async (variables: Record<string, unknown>) => {
      const { data, errors } = await gateway.graphql<{ updateOrg: { org: { version: number } } }, unknown>(
        query,
        { id, version, ...variables },
        { token: gateway.adminToken },
      );
      expect(errors).toEqual([]);
      version = data?.updateOrg.org.version ?? version;
      return data?.updateOrg.org;
    };
    expect(await change({ notes: 'a', city: 'Paris' })).toMatchObject({ name: 'Before', internalNotes: 'a', hqCity: 'Paris' });
    expect(await change({ name: 'After', notes: null })).toMatchObject({ name: 'After', internalNotes: null, hqCity: 'Paris' });
    expect(await change({ notes: 'b' })).toMatchObject({ name: 'After', internalNotes: 'b', hqCity: 'Paris' });
    expect(await change({ city: null })).toMatchObject({ name: 'After', internalNotes: 'b', hqCity: null });
  });

  it('is answered to many at once', async () => {
    const query = '{ atOnce: me { id } }';
    const answers = await Promise.all(Array.from({ length: 20 }, () => gateway.graphql(query, undefined, { token: gateway.adminToken })));
    expect(answers.map(({ data }) => data)).toEqual(Array(20).fill({ atOnce: { id: gateway.adminId } }));
  });
});

describe('@skip and @include', () => {
  const query = `query ($on: Boolean!, $off: Boolean! = false) {
    me {
      id
      email @include(if: $on)
      username @skip(if: $on)
      displayName @include(if: true) @skip(if: $off)
      ... @include(if: $on) { status }
      ...Preferences @skip(if: $on)
    }
    orgs(first: 1) @include(if: $on) { totalCount @include(if: $off) nodes { name } }
  }
  fragment Preferences on User { preferences }`;

  it.each([
    [{ on: true }, { me: ['displayName', 'email', 'id', 'status'], orgs: ['nodes'] }],
    [{ on: false }, { me: ['displayName', 'id', 'preferences', 'username'] }],
    [
      { on: true, off: true },
      { me: ['email', 'id', 'status'], orgs: ['nodes', 'totalCount'] },
    ],
  ])('leave out and let in by their variables, each time anew: %j', async (variables, fields) => {
    const { data, errors } = await thrice(query, variables, gateway.adminToken);
    expect(errors).toEqual([]);
    const selected = Object.entries<object>(data).map(([name, value]) => [name, Object.keys(value).sort()]);
    expect(Object.fromEntries(selected)).toEqual(fields);
  });

  it('open no door: what is let in is refused as ever, and what is left out is not asked', async () => {
    const token = gateway.tokenFor(memberId);
    const guarded = 'query ($on: Boolean!) { me { id } users(first: 1) @include(if: $on) { totalCount } }';
    expect((await thrice(guarded, { on: false }, token)).data).toEqual({ me: { id: memberId } });
    const { data, errors } = await thrice(guarded, { on: true }, token);
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ path: ['users'], extensions: { code: 'FORBIDDEN', requiredPermission: 'platform.users.list' } }]);
  });

  it.each([
    ['null', '{ me { id @skip(if: null) } }'],
    ['a text', '{ me { id @skip(if: "true") } }'],
    ['nothing', '{ me { id @skip } }'],
    ['a variable that may be null', 'query ($on: Boolean) { me { id @include(if: $on) } }'],
  ])('want to know whether: %s', async (_what, document) => {
    const { status, errors } = await thrice(document, undefined, gateway.adminToken);
    expect([status, errors[0].extensions.code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
  });
});
