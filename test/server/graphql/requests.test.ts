import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestGateway, testGateway } from '../../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

const json = { 'content-type': 'application/json' };
const preflighted = { 'apollo-require-preflight': 'true' };

function post(body: unknown, headers: Record<string, string> = json, token = gateway.adminToken) {
  return gateway.rest('POST', '/graphql', { token, headers, body: typeof body === 'string' ? body : JSON.stringify(body) });
}

function get(
  parameters: Record<string, string>,
  headers: Record<string, string> = preflighted,
  token: string | undefined = gateway.adminToken,
) {
  return gateway.rest('GET', `/graphql?${new URLSearchParams(parameters)}`, { token, headers });
}

const codesOf = ({ status, body }: { status: number; body: { errors?: { extensions: { code: string } }[] } }) => [
  status,
  ...(body.errors ?? []).map(({ extensions }) => extensions.code),
];

describe('a request that a page of another site could send unasked', () => {
  const query = JSON.stringify({ query: '{ me { id } }' });

  it.each(['text/plain', 'text/plain; charset=utf-8', 'TEXT/PLAIN'])('is refused as %s', async (type) => {
    expect(codesOf(await post(query, { 'content-type': type }))).toEqual([400, 'BAD_REQUEST']);
  });

  it.each([
    ['application/x-www-form-urlencoded', `query=${encodeURIComponent('{ me { id } }')}`],
    ['multipart/form-data; boundary=x', `--x\r\ncontent-disposition: form-data; name="operations"\r\n\r\n${query}\r\n--x--`],
  ])('is refused as a form: %s', async (type, body) => {
    for (const headers of [{}, preflighted]) expect((await post(body, { 'content-type': type, ...headers })).status).toBe(415);
  });

  it('is refused without a type', async () => {
    // A Blob without a type is sent with no Content-Type at all.
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.adminToken}` },
      body: new Blob([query]),
    });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
  });

  it('is refused as a GET, and answered where a header says that a program or the browser asked', async () => {
    const anyone = { query: '{ __typename }' };
    expect(codesOf(await get(anyone, {}, ''))).toEqual([400, 'BAD_REQUEST']);
    expect(codesOf(await get(anyone, { 'content-type': 'text/plain' }, ''))).not.toContain(200);
    for (const headers of [preflighted, { 'x-apollo-operation-name': 'me' }, json]) {
      expect((await get(anyone, headers, '')).body.data).toEqual({ __typename: 'Query' });
    }
    // A token is such a header.
    expect((await get({ query: '{ me { id } }' }, {})).body.data).toEqual({ me: { id: gateway.adminId } });
  });
});

describe('a GET', () => {
  it('reads, with variables and the name of an operation', async () => {
    const query = 'query A { __typename } query B($id: UUID!) { user(id: $id) { id } }';
    const variables = JSON.stringify({ id: gateway.adminId });
    expect((await get({ query, variables, operationName: 'B' })).body.data).toEqual({ user: { id: gateway.adminId } });
    expect((await get({ query, variables, operationName: 'A' })).body.data).toEqual({ __typename: 'Query' });
  });

  it.each(['{', '[]', '"x"', '1'])('is refused with variables that are no JSON object: %s', async (variables) => {
    expect(codesOf(await get({ query: '{ me { id } }', variables }))).toEqual([400, 'BAD_REQUEST']);
  });

  it('changes nothing', async () => {
    const response = await get({ query: 'mutation { updateMyPreferences(preferences: { a: 1 }) { user { id } } }' });
    expect(codesOf(response)).toEqual([405, 'BAD_REQUEST']);
    expect(response.headers.get('allow')).toBe('POST');
  });

  // What is sent again is compiled, and took another way to the same refusal.
  it.each([
    [
      'with another operation beside',
      'query A { __typename } mutation B { updateMyPreferences(preferences: { a: 1 }) { user { id } } }',
      'B',
      405,
    ],
    ['by the name of none', 'mutation B { updateMyPreferences(preferences: { a: 1 }) { user { id } } }', 'C', 400],
    ['by an empty name', 'mutation { updateMyPreferences(preferences: { a: 2 }) { user { id } } }', '', 400],
    [
      'by no name, where there are two',
      'mutation A { updateMyPreferences(preferences: { a: 1 }) { user { id } } } query B { __typename }',
      undefined,
      400,
    ],
  ])('changes nothing, however often it is sent: %s', async (_how, query, operationName, status) => {
    const before = (await get({ query: '{ me { version } }' })).body;
    for (const time of [1, 2, 3]) {
      const response = await get({ query, ...(operationName !== undefined && { operationName }) });
      expect([time, response.status, response.body.data]).toEqual([time, status, undefined]);
    }
    expect((await get({ query: '{ me { version } }' })).body).toEqual(before);
  });
});

describe('a document of two operations', () => {
  const query = 'query Me { me { id } } query Type { __typename }';

  it('runs the one that is named', async () => {
    for (const _time of [1, 2, 3]) {
      expect((await post({ query, operationName: 'Me' })).body.data).toEqual({ me: { id: gateway.adminId } });
      expect((await post({ query, operationName: 'Type' })).body.data).toEqual({ __typename: 'Query' });
    }
  });

  it.each([undefined, null, '', 'Nope', '__proto__', 'constructor'])(
    'runs nothing for the name %p, however often it is sent',
    async (operationName) => {
      for (const time of [1, 2, 3]) {
        expect([time, ...codesOf(await post({ query, operationName }))]).toEqual([time, 400, 'OPERATION_RESOLUTION_FAILURE']);
      }
    },
  );
});

describe('a document of one operation', () => {
  it.each(['Nope', ''])('runs nothing for another name, however often it is sent, and so within its limits: %p', async (operationName) => {
    for (const query of ['{ users(first: 200) { nodes { id } } }', 'query Users { users(first: 200) { nodes { id } } }']) {
      for (const time of [1, 2, 3]) {
        expect([time, ...codesOf(await post({ query, operationName }))]).toEqual([time, 400, 'OPERATION_RESOLUTION_FAILURE']);
      }
    }
  });

  it('that the schema has no type for is refused alike each time', async () => {
    const answers = [];
    for (const _time of [1, 2, 3]) answers.push(await post({ query: 'subscription { __typename }' }));
    expect(answers.map(codesOf)).toEqual(Array(3).fill(codesOf(answers[0] ?? { status: 0, body: {} })));
    expect(JSON.stringify(answers)).not.toContain('INTERNAL_SERVER_ERROR');
    expect(answers[0]?.body.errors).toHaveLength(1);
  });
});

describe('a body', () => {
  it('holds one operation', async () => {
    const one = { query: '{ __typename }' };
    for (const batch of [[one], [one, one], []]) expect(codesOf(await post(batch))).toEqual([400, 'BAD_REQUEST']);
  });

  it.each([
    ['{ org(id: "x") { id } }', 'This is not a UUID.', { line: 1, column: 11 }],
    ['{ auditEntries(filter: { from: 5 }) { totalCount } }', 'This is neither a date nor a point in time.', { line: 1, column: 32 }],
    ['{ auditEntries(filter: { from: "9999-99-99" }) { totalCount } }', undefined, { line: 1, column: 32 }],
  ])('is told where a value stands that does not fit: %s', async (query, message, location) => {
    const [error] = (await post({ query })).body.errors;
    if (message) expect(error.message).toBe(message);
    expect(error).toMatchObject({ locations: [location], extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
  });

  it('is at most 1 MB', async () => {
    const sized = (bytes: number) => {
      const body = { query: '{ __typename }', variables: { padding: '' } };
      return JSON.stringify({ ...body, variables: { padding: 'x'.repeat(bytes - JSON.stringify(body).length) } });
    };
    expect(sized(1_048_576)).toHaveLength(1_048_576);
    expect((await post(sized(1_048_576))).status).toBe(200);
    expect(codesOf(await post(sized(1_048_577)))).toEqual([413, 'BODY_TOO_LARGE']);
  });

  it.each(['', '{', '{"query": "{ __typename }",}', "{'query': 1}", '\ufeff\u0000'])('that is no JSON is refused: %p', async (body) => {
    expect(codesOf(await post(body))).toEqual([400, 'INVALID_JSON']);
  });

  it.each([
    'null',
    '1',
    '"{ __typename }"',
    '{}',
    '{ "query": "" }',
    '{ "query": 1 }',
    '{ "query": null }',
    '{ "query": { "kind": "Document" } }',
  ])('without a document is refused: %s', async (body) => {
    expect(codesOf(await post(body))).toEqual([400, 'BAD_REQUEST']);
  });

  it.each(['"variables": "{}"', '"variables": 1', '"extensions": "x"', '"operationName": 1'])(
    'with a member of another type is refused: %s',
    async (member) => {
      expect(codesOf(await post(`{ "query": "{ __typename }", ${member} }`))).toEqual([400, 'BAD_REQUEST']);
    },
  );

  it('names no stored document', async () => {
    const sha256Hash = 'ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38';
    const answer = await post({ extensions: { persistedQuery: { version: 1, sha256Hash } } });
    expect(codesOf(answer)).toEqual([200, 'PERSISTED_QUERY_NOT_SUPPORTED']);
  });
});

describe('an answer', () => {
  it.each(['PUT', 'PATCH', 'DELETE'])('to a %s is that there is no such route', async (method) => {
    expect((await gateway.rest(method, '/graphql', { token: gateway.adminToken, body: { query: '{ __typename }' } })).status).toBe(404);
  });

  it('has the type that the caller accepts, and is not found in a cache for a page', async () => {
    const typed = await post({ query: '{ __typename }' }, { ...json, accept: 'application/graphql-response+json' });
    expect(typed.headers.get('content-type')).toMatch(/^application\/graphql-response\+json/);
    expect((await post({ query: '{ __typename }' })).headers.get('content-type')).toMatch(/^application\/json/);
    expect(typed.headers.get('vary')).toMatch(/accept/i);
  });

  it('to a token that does not hold is a 401 with a challenge, whatever is asked', async () => {
    const response = await post({ query: '{ __typename }' }, json, 'nope');
    expect(codesOf(response)).toEqual([401, 'UNAUTHENTICATED']);
    expect(response.headers.get('www-authenticate')).toBe('Bearer');
  });

  it('to a mistake in the document names the place, and nothing of ours', async () => {
    const { status, body } = await post({ query: '{\n  me { nope }\n}' });
    expect(status).toBe(400);
    expect(body).toEqual({
      errors: [
        {
          message: 'Cannot query field "nope" on type "User".',
          locations: [{ line: 2, column: 8 }],
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
        },
      ],
    });
  });
});
