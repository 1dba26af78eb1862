import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { type TestGateway, testGateway } from '../../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

/**
 * Audits that say other than `ok`, by their ids: a warning is a SHOULD, a notice a MAY. None is an error, a MUST. One that changes either
 * way fails here.
 */
const accepted: Readonly<Record<string, 'warn' | 'notice'>> = {
  // GET requests that a page of another site could send without asking: refused, as CSRF prevention means it.
  '5A70': 'notice',
  D6D5: 'notice',
  '6A70': 'notice',
  // What fails before execution is a 400 for `application/json` too, as Apollo Server and its clients have it; the audits want 200.
  '572B': 'warn',
  FDE2: 'warn',
  '7B9B': 'warn',
};

describe('GraphQL over HTTP, by the audits of graphql-http', () => {
  const audits = serverAudits({ url: () => `${gateway.url}/graphql` });

  it('are all of them', () => {
    expect(audits).toHaveLength(61);
    expect(audits.map(({ id }) => id)).toEqual(expect.arrayContaining(Object.keys(accepted)));
  });

  it.each(audits)('$id $name', async ({ id, fn }) => {
    expect((await fn()).status).toBe(accepted[id] ?? 'ok');
  });
});
