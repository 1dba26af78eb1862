import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

const asAdmin = () => ({ token: gateway.adminToken });
const ask = (query: string, variables?: Record<string, unknown>) =>
  gateway.graphql<Record<string, unknown>, unknown>(query, variables, asAdmin());
const repeated = (count: number, part: (i: number) => string) => Array.from({ length: count }, (_, i) => part(i)).join(' ');

/** What a caller is told: the status, and the code of the only error. */
async function refusalOf(query: string, variables?: Record<string, unknown>) {
  const { status, errors, data } = await ask(query, variables);
  expect(data).toBeUndefined();
  expect(errors).toHaveLength(1);
  return { status, code: errors[0]?.extensions.code, limit: errors[0]?.extensions.limit, found: errors[0]?.extensions.found };
}

const tooLarge = (limit: number, found: number) => ({ status: 400, code: 'QUERY_TOO_LARGE', limit, found });

describe('a document', () => {
  it('has at most 1,000 tokens', async () => {
    // Twenty, and one a number.
    const ofTokens = (count: number) =>
      `mutation { updateMyPreferences(preferences: { a: [${repeated(count - 20, String)}] }) { user { id } } }`;
    expect((await ask(ofTokens(1_000))).errors).toEqual([]);
    const { status, errors } = await ask(ofTokens(1_001));
    expect([status, errors[0]?.extensions.code]).toEqual([400, 'GRAPHQL_PARSE_FAILED']);
    expect(errors[0]?.message).toContain('1000 tokens');
  });

  const down = (end: string) =>
    `{ me { orgMemberships { org { members(first: 1) { nodes { user { orgMemberships { org { ${end} } } } } } } } } }`;

  it('is at most 10 levels deep', async () => {
    expect((await ask(down('members(first: 1) { totalCount }'))).errors).toEqual([]);
    expect(await refusalOf(down('members(first: 1) { pageInfo { hasNextPage } }'))).toEqual(tooLarge(10, 11));
  });

  it('is as deep as its fragments make it', async () => {
    const inner = 'fragment Inner on Org { members(first: 1) { pageInfo { hasNextPage } } }';
    expect(await refusalOf(`${down('... on Org { ...Inner }')} ${inner}`)).toEqual(tooLarge(10, 11));
  });

  it('has at most 15 aliases, wherever they stand, fields of introspection and `__typename` with them', async () => {
    expect((await ask(`{ ${repeated(15, (i) => `a${i}: __typename`)} }`)).errors).toEqual([]);
    expect(await refusalOf(`{ ${repeated(16, (i) => `a${i}: __typename`)} }`)).toEqual(tooLarge(15, 16));
    expect(await refusalOf(`{ me { ${repeated(16, (i) => `a${i}: id`)} } }`)).toEqual(tooLarge(15, 16));
    expect(await refusalOf(`{ __schema { ${repeated(16, (i) => `a${i}: description`)} } }`)).toEqual(tooLarge(15, 16));
    const four = 'fragment Four on User { a: id b: id c: id d: id }';
    expect(await refusalOf(`{ ${repeated(4, (i) => `u${i}: me { ...Four }`)} } ${four}`)).toEqual(tooLarge(15, 20));
  });

  it('has at most 20 directives', async () => {
    expect((await ask(`{ ${repeated(20, () => '__typename @skip(if: false)')} }`)).errors).toEqual([]);
    expect(await refusalOf(`{ ${repeated(21, () => '__typename @skip(if: false)')} }`)).toEqual(tooLarge(20, 21));
    expect(await refusalOf(`{ ${repeated(21, () => '... @include(if: true) { __typename }')} }`)).toEqual(tooLarge(20, 21));
  });

  it('costs at most 50,000: each field times the rows that it is asked for', async () => {
    const nested = (first: number) =>
      `{ orgs(first: 100) { nodes { members(first: ${first}) { nodes { user { id email displayName } } } } } }`;
    // 1 + 100 × (nodes 1 + (members 1 + 99 × (nodes 1 + user 1 + 3 fields)))
    expect((await ask(nested(99))).extensions).toEqual({ cost: { requested: 49_701, limit: 50_000 } });
    expect(await refusalOf(nested(100))).toEqual(tooLarge(50_000, 50_201));
  });

  it('costs as much with a page size in a variable, in its default, or in neither', async () => {
    const costOf = async (query: string, variables?: Record<string, unknown>) => (await ask(query, variables)).extensions?.cost;
    const cost = (requested: number) => ({ requested, limit: 50_000 });
    expect(await costOf('{ users(first: 7) { nodes { id } } }')).toEqual(cost(15));
    expect(await costOf('query ($n: Int) { users(first: $n) { nodes { id } } }', { n: 7 })).toEqual(cost(15));
    expect(await costOf('query ($n: Int = 7) { users(first: $n) { nodes { id } } }')).toEqual(cost(15));
    expect(await costOf('{ users { nodes { id } } }')).toEqual(cost(101));
    expect(await costOf('query ($n: Int = 7) { users(first: $n) { nodes { id } } }', { n: null })).toEqual(cost(101));
  });
});

describe('a page', () => {
  const issue = { path: ['first'], message: 'A page has between 1 and 200 rows.', type: 'value_error', context: { ge: 1, le: 200 } };
  const withVariable = 'query ($n: Int) { users(first: $n) { nodes { id } } }';
  const cases: readonly { where: string; query: string; variables?: Record<string, unknown> }[] = [
    { where: 'written out', query: '{ users(first: 201) { nodes { id } } }' },
    { where: 'of none', query: '{ users(first: 0) { nodes { id } } }' },
    { where: 'below none', query: '{ users(first: -1) { nodes { id } } }' },
    { where: 'in a variable', query: withVariable, variables: { n: 201 } },
    { where: 'in a variable, beyond what an Int holds', query: withVariable, variables: { n: 99_999_999_999 } },
    { where: 'in a variable that is 0', query: withVariable, variables: { n: 0 } },
    { where: 'in the default of a variable', query: 'query ($n: Int = 201) { users(first: $n) { nodes { id } } }' },
    { where: 'in the default of a variable that may not be null', query: 'query ($n: Int! = 201) { users(first: $n) { nodes { id } } }' },
    { where: 'in a nested field', query: '{ orgs(first: 1) { nodes { members(first: 201) { totalCount } } } }' },
    {
      where: 'in a nested field, by a variable',
      query: 'query ($n: Int) { orgs(first: 1) { nodes { members(first: $n) { totalCount } } } }',
      variables: { n: 201 },
    },
    {
      where: 'in a fragment',
      query: '{ orgs(first: 1) { nodes { ...Counted } } } fragment Counted on Org { members(first: 201) { totalCount } }',
    },
    { where: 'under an alias', query: '{ everyone: users(first: 201) { nodes { id } } }' },
    { where: 'that is not counted', query: '{ users(first: 201) { totalCount } }' },
  ];

  it.each(cases)('has at most 100 rows: $where', async ({ query, variables }) => {
    const { status, errors, data } = await ask(query, variables);
    expect({ status, data }).toEqual({ status: 400, data: undefined });
    expect(errors.map(({ extensions }) => extensions)).toEqual([{ code: 'BAD_USER_INPUT', issues: [issue] }]);
  });

  it.each([
    'users(first: 100)',
    'orgs(first: 100)',
    'myOrgs(first: 100)',
    'groups(first: 100)',
    'admins(first: 100)',
    'myApiKeys(first: 100)',
  ])('of 100 rows is served: %s', async (field) => {
    expect((await ask(`{ ${field} { totalCount nodes { id } } }`)).errors).toEqual([]);
  });
});

describe('fragments', () => {
  it('that stand on each other in a tower are refused in no time', async () => {
    const floors = repeated(90, (i) => `fragment F${i} on Query { ...F${i + 1} ...F${i + 1} }`);
    const query = `{ ...F0 } ${floors} fragment F90 on Query { __typename }`;
    const start = performance.now();
    expect(await refusalOf(query)).toMatchObject({ status: 400, code: 'QUERY_TOO_LARGE', limit: 50_000 });
    // Two to the power of 90 fields.
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  it('that need each other are refused', async () => {
    const query = '{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }';
    expect(await refusalOf(query)).toMatchObject({ status: 400, code: 'GRAPHQL_VALIDATION_FAILED' });
    expect(await refusalOf('{ ...A } fragment A on Query { me { id } ...A }')).toMatchObject({
      status: 400,
      code: 'GRAPHQL_VALIDATION_FAILED',
    });
  });

  it('that select much of the same are compared in no time', async () => {
    const query = `{ ${repeated(70, (i) => `me { ...F${i % 10} }`)} } ${repeated(10, (i) => `fragment F${i} on User { ${repeated(40, () => 'id')} }`)}`;
    const start = performance.now();
    expect((await ask(query)).errors).toEqual([]);
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});

describe('introspection', () => {
  const options = { specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true, inputValueDeprecation: true, oneOf: true };

  it.each(['with', 'without'])('by the query of common tools is answered %s a token', async (which) => {
    const caller = which === 'with' ? asAdmin() : {};
    for (const query of [getIntrospectionQuery(), getIntrospectionQuery(options)]) {
      const { status, errors, data } = await gateway.graphql<{ __schema: { types: unknown[] } }, unknown>(query, undefined, caller);
      expect([status, errors]).toEqual([200, []]);
      expect(data?.__schema.types.length).toBeGreaterThan(50);
    }
  });

  it('has a depth of its own', async () => {
    const { errors } = await ask(`{ __schema { types { fields { type ${'{ ofType '.repeat(20)}{ name }${' }'.repeat(20)} } } } }`);
    expect(errors[0]?.extensions).toMatchObject({ code: 'QUERY_TOO_LARGE', limit: 16 });
  });
});
