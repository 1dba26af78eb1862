import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

type Errors = readonly { message: string; extensions: { code: string; issues?: unknown } }[];

/** Sends a body as it is written here, since some of it could not be made by a JSON serializer. */
async function post(body: string, token = gateway.adminToken): Promise<{ status: number; data: Record<string, unknown>; errors: Errors }> {
  const headers = { 'content-type': 'application/json' };
  const { status, body: answer } = await gateway.rest('POST', '/graphql', { token, headers, body });
  return { status, ...answer };
}

async function get(parameters: Record<string, string>): Promise<{ status: number; errors: Errors }> {
  const headers = { 'apollo-require-preflight': 'true' };
  const { status, body } = await gateway.rest('GET', `/graphql?${new URLSearchParams(parameters)}`, { token: gateway.adminToken, headers });
  return { status, ...body };
}

const search = 'query ($s: String) { users(filter: { search: $s }) { nodes { id } } }';
const store = 'mutation ($p: JSONObject!) { updateMyPreferences(preferences: $p) { user { preferences } } }';
const written = (literal: string) => `{ users(filter: { search: ${literal} }) { nodes { id } } }`;
const storing = (literal: string) => `mutation { updateMyPreferences(preferences: { p: ${literal} }) { user { id } } }`;
const body = (query: string, variables = '{}') => `{ "query": ${JSON.stringify(query)}, "variables": ${variables} }`;

const nul = 'A text cannot contain the character NUL.';
const half = 'A text cannot contain half of a surrogate pair.';
const infinite = 'A number must be below 1.8e308.';
const deep = 'Values are nested at most 100 deep.';
/** JSON lists inside of lists. */
const lists = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

describe('a text that the database could not keep', () => {
  it.each([
    ['NUL in a variable', body(search, '{ "s": "a\\u0000" }'), nul, ['variables', 's']],
    ['NUL inside of a JSON variable', body(store, '{ "p": { "a": [{ "b": "\\u0000" }] } }'), nul, ['variables', 'p', 'a', 0, 'b']],
    ['NUL in a name inside of a JSON variable', body(store, '{ "p": { "a\\u0000": 1 } }'), nul, ['variables', 'p']],
    ['NUL in a variable that is not used', body('{ me { id } }', '{ "s": "\\u0000" }'), nul, ['variables', 's']],
    ['NUL in the document', body(written('"a\0"')), nul, ['query']],
    ['a number beyond all in a JSON variable', body(store, '{ "p": { "a": [1e400] } }'), infinite, ['variables', 'p', 'a', 0]],
    ['a number below all in a JSON variable', body(store, '{ "p": { "a": -1e400 } }'), infinite, ['variables', 'p', 'a']],
    ['half of a surrogate pair in a variable', body(search, '{ "s": "a\\ud800" }'), half, ['variables', 's']],
    ['the other half in a variable', body(search, '{ "s": "\\udc00a" }'), half, ['variables', 's']],
    ['half of a surrogate pair in a JSON variable', body(store, '{ "p": { "a": "\\ud800" } }'), half, ['variables', 'p', 'a']],
    [
      'half of a surrogate pair in the document',
      `{ "query": "{ users(filter: { search: \\"\\ud800\\" }) { totalCount } }" }`,
      half,
      ['query'],
    ],
  ])('is refused, and the value named: %s', async (_what, sent, message, path) => {
    const { status, errors } = await post(sent);
    expect(status).toBe(400);
    expect(errors.map(({ extensions }) => extensions)).toEqual([
      { code: 'BAD_USER_INPUT', issues: [{ path, message, type: 'value_error' }] },
    ]);
  });

  it.each([
    ['NUL as an escape', written('"a\\u0000"'), nul, 'GRAPHQL_VALIDATION_FAILED'],
    ['NUL as a long escape', written('"a\\u{0}"'), nul, 'GRAPHQL_VALIDATION_FAILED'],
    ['NUL in JSON', storing('{ a: ["\\u0000"] }'), nul, 'GRAPHQL_VALIDATION_FAILED'],
    ['a number beyond all in JSON', storing('{ a: [1e400] }'), infinite, 'GRAPHQL_VALIDATION_FAILED'],
    ['a whole number beyond all in JSON', storing(`-${'9'.repeat(400)}`), infinite, 'GRAPHQL_VALIDATION_FAILED'],
    ['half of a surrogate pair', written('"\\uD800"'), 'Invalid Unicode escape sequence', 'GRAPHQL_PARSE_FAILED'],
    [
      'NUL in the default of a variable',
      'query ($s: String = "\\u0000") { users(filter: { search: $s }) { totalCount } }',
      nul,
      'GRAPHQL_VALIDATION_FAILED',
    ],
  ])('is refused in a literal, by POST and by GET: %s', async (_what, query, message, code) => {
    const refused = { status: 400, errors: [{ message: expect.stringContaining(message), extensions: { code } }] };
    expect(await post(body(query))).toMatchObject(refused);
    // A GET may not change a thing; it is refused all the same, and for the first reason that there is.
    expect(await get({ query })).toMatchObject(refused);
  });

  it.each([
    ['NUL', '{ "s": "\\u0000" }', nul, ['variables', 's']],
    ['half of a surrogate pair', '{ "s": "\\ud800" }', half, ['variables', 's']],
    ['a value that is nested too deep', `{ "s": ${lists(101)} }`, deep, ['variables', 's', 0]],
  ])('is refused in the variables of a GET: %s', async (_what, variables, message, path) => {
    const { status, errors } = await get({ query: search, variables });
    expect(status).toBe(400);
    expect(errors.map(({ extensions }) => extensions)).toEqual([
      { code: 'BAD_USER_INPUT', issues: [{ path, message, type: 'value_error' }] },
    ]);
  });

  it('is no text of many scripts, pairs, and control characters', async () => {
    const text = 'żółw 🐢 ሰላም \u0001\u001f\u007f\ufffe\ud83d\udc22';
    const patch = JSON.stringify({ p: { text } });
    expect(await post(body(store, patch))).toMatchObject({ data: { updateMyPreferences: { user: { preferences: { text } } } } });
    expect(await post(body(search, JSON.stringify({ s: text })))).toMatchObject({ status: 200, data: { users: { nodes: [] } } });
  });
});

describe('a value', () => {
  it('may be nested a hundred deep, in variables and in literals, and no deeper', async () => {
    // The variables, the patch and the lists.
    expect((await post(body(store, `{ "p": { "a": ${lists(97)} } }`))).errors).toBeUndefined();
    expect(await post(body(store, `{ "p": { "a": ${lists(5_000)} } }`))).toMatchObject({
      status: 400,
      errors: [{ extensions: { code: 'BAD_USER_INPUT', issues: [{ path: ['variables', 'p', 'a'], message: deep }] } }],
    });
    expect((await post(body(storing(lists(99))))).errors).toBeUndefined();
    const { status, errors } = await post(body(storing(`[${lists(100)} ${lists(300)} 1]`)));
    expect(status).toBe(400);
    // Once for each value, not once for each level.
    expect(errors.map(({ message, extensions }) => [message, extensions.code])).toEqual([
      [deep, 'GRAPHQL_VALIDATION_FAILED'],
      [deep, 'GRAPHQL_VALIDATION_FAILED'],
    ]);
  });

  it('is refused on a REST surface where a number in it is beyond all, and kept where it is the greatest that there is', async () => {
    const token = gateway.tokenFor(await aUser(gateway.database));
    const put = (number: string) =>
      gateway.rest('PATCH', '/v1/users/me/preferences', {
        token,
        headers: { 'content-type': 'application/json' },
        body: `{ "preferences": { "a": [${number}] } }`,
      });
    expect((await put('1e400')).status).toBe(422);
    expect((await put('-1e999')).status).toBe(422);
    expect((await put('1.7976931348623157e308')).status).toBe(200);
    const { data } = await gateway.graphql<{ me: { preferences: object } }, object>('{ me { preferences } }', {}, { token });
    expect(data?.me.preferences).toEqual({ a: [Number.MAX_VALUE] });
  });

  it('with a member `__proto__` is refused, whichever way it comes, and changes nothing', async () => {
    const token = gateway.tokenFor(await aUser(gateway.database));
    const poisoned = '{ "p": { "a": { "__proto__": { "polluted": true } } } }';
    const inVariables = await gateway.rest('POST', '/graphql', {
      token,
      headers: { 'content-type': 'application/json' },
      body: body(store, poisoned),
    });
    const error = { message: expect.stringContaining('__proto__'), extensions: { code: 'INVALID_JSON' } };
    expect(inVariables).toMatchObject({ status: 400, body: { errors: [error] } });
    const written = await post(body(storing('{ a: { __proto__: { polluted: true } } }')), token);
    expect(written.errors.map(({ message, extensions }) => [message, extensions.code])).toEqual([
      ['A member cannot be called __proto__.', 'GRAPHQL_VALIDATION_FAILED'],
    ]);
    const rest = await gateway.rest('PATCH', '/v1/users/me/preferences', { token, body: poisoned.replace('"p"', '"preferences"') });
    expect(rest.status).toBe(422);
    expect(rest.body.detail).toMatchObject([{ loc: ['body', 'preferences'], msg: 'Value error, the key __proto__ is not allowed' }]);
    expect((await get({ query: search, variables: '{ "__proto__": { "s": "x", "polluted": true } }' })).errors).toBeUndefined();
    expect({}).not.toHaveProperty('polluted');
    expect(await post(body('{ me { preferences } }'), token)).toMatchObject({ data: { me: { preferences: {} } } });
  });

  it('with a member `constructor` is kept as it is', async () => {
    const token = gateway.tokenFor(await aUser(gateway.database));
    expect((await post(body(storing('{ constructor: { prototype: { polluted: true } } }')), token)).errors).toBeUndefined();
    expect({}).not.toHaveProperty('polluted');
    const kept = { p: { constructor: { prototype: { polluted: true } } } };
    expect(await post(body('{ me { preferences } }'), token)).toMatchObject({ data: { me: { preferences: kept } } });
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('of a variable named %s is one like any other', async (name) => {
    const query = `query ($${name}: Int) { users(first: $${name}) { pageInfo { hasNextPage } nodes { id } } }`;
    expect((await post(body(query))).errors).toBeUndefined();
    const variables = JSON.stringify({ [name]: 1 });
    // No JSON body may have a member of the first name: its value can't arrive.
    if (name !== '__proto__') expect((await post(body(query, variables))).errors).toBeUndefined();
  });

  it.each([
    ['an id that is none', 'query ($v: UUID!) { user(id: $v) { id } }', '"x"', 'BAD_USER_INPUT'],
    ['an id that is a number', 'query ($v: UUID!) { user(id: $v) { id } }', '1', 'BAD_USER_INPUT'],
    ['an id that is missing', 'query ($v: UUID!) { user(id: $v) { id } }', 'null', 'BAD_USER_INPUT'],
    ['a number that is a text', 'query ($v: Int) { users(first: $v) { totalCount } }', '"1"', 'BAD_USER_INPUT'],
    ['a number with a fraction', 'query ($v: Int) { users(first: $v) { totalCount } }', '1.5', 'BAD_USER_INPUT'],
    ['an enum value that is none', 'query ($v: UserStatus) { users(filter: { status: $v }) { totalCount } }', '"active"', 'BAD_USER_INPUT'],
    ['a member that the input lacks', 'query ($v: UserFilter) { users(filter: $v) { totalCount } }', '{ "nope": 1 }', 'BAD_USER_INPUT'],
    [
      'an email that is none',
      'mutation ($v: EmailAddress!) { login(input: { email: $v, password: "x" }) { accessToken } }',
      '"x"',
      'BAD_USER_INPUT',
    ],
    [
      'JSON that is no object',
      'mutation ($v: JSONObject!) { updateMyPreferences(preferences: $v) { user { id } } }',
      '[1]',
      'BAD_USER_INPUT',
    ],
  ])('that does not fit its variable is refused before anything runs: %s', async (_what, query, value, code) => {
    for (const time of [1, 2, 3]) {
      const { status, errors } = await post(body(query, `{ "v": ${value} }`));
      expect({ time, status, codes: errors.map(({ extensions }) => extensions.code) }).toEqual({ time, status: 400, codes: [code] });
      expect(errors[0]?.message).toContain('$v');
    }
  });
});
