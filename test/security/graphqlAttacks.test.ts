import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { type GraphqlAttack, graphqlAttacks, streamAttacks } from './graphqlAttacks.js';

/** Milliseconds that an answer may take; on a machine that does other things beside, one of two. */
const patience = 1_000;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

async function send({ method = 'POST', search = '', query, variables, operationName, body, headers }: GraphqlAttack, path = '/graphql') {
  const response = await fetch(`${gateway.url}${path}${search}`, {
    signal: AbortSignal.timeout(10_000),
    method,
    headers: {
      authorization: `Bearer ${gateway.adminToken}`,
      ...(method === 'POST' && { 'content-type': 'application/json' }),
      ...headers,
    },
    body: method === 'GET' ? null : (body ?? JSON.stringify({ query, variables, operationName })),
  });
  const text = await response.text();
  return { status: response.status, text, codes: codesIn(text) };
}

async function inTime<T>(ask: () => Promise<T>): Promise<T> {
  const took = [];
  for (;;) {
    const start = performance.now();
    const answer = await ask();
    took.push(Math.round(performance.now() - start));
    if (Math.min(...took) < patience) return answer;
    if (took.length === 5) throw new Error(`The answer took ${took.join(', ')} ms.`);
  }
}

/** The codes of a refusal: of the server's own format, or of GraphQL's. */
function codesIn(text: string): unknown[] {
  const { code, errors = [] } = JSON.parse(text);
  return code === undefined ? errors.map(({ extensions }: { extensions?: { code: unknown } }) => extensions?.code) : [code];
}

describe('an attack on the GraphQL endpoint', () => {
  it('is one of at least 60', () => {
    expect(new Set(graphqlAttacks.map(({ what }) => what)).size).toBe(graphqlAttacks.length);
    expect(graphqlAttacks.length).toBeGreaterThanOrEqual(60);
  });

  it.each(graphqlAttacks)('is answered, in time, with its status and code: $what', async (attack) => {
    const { status, text, codes } = await inTime(() => send(attack));
    expect({ status, codes: [...new Set(codes)] }).toEqual({
      status: attack.status,
      codes: attack.code === undefined ? [] : [attack.code],
    });
    expect(text.length).toBeLessThan(100_000);
    expect(text).not.toMatch(/node_modules|\bat \S+ \(|select .* from|postgres/i);
  });

  const streamed = [...graphqlAttacks, ...streamAttacks].filter(({ method = 'POST' }) => method === 'POST');
  it.each(streamed)('opens no stream, in time, and is told so: $what', async (attack) => {
    const accept = { accept: 'text/event-stream', ...attack.headers };
    const { status, text, codes } = await inTime(() => send({ ...attack, headers: accept }, '/graphql/stream'));
    expect([400, 415, 422]).toContain(status);
    expect(codes).not.toContain('INTERNAL');
    expect(text).not.toMatch(/node_modules|\bat \S+ \(|select .* from|postgres/i);
  });

  it('leaves the server as it was: it answers, logged no defect, and no object has got a member', async () => {
    expect((await gateway.graphql('{ me { id } }', {}, { token: gateway.adminToken })).data).toEqual({ me: { id: gateway.adminId } });
    expect(gateway.logs()).not.toMatch(/"level":"(error|fatal)"/);
    expect({}).not.toHaveProperty('isAdmin');
  });
});
