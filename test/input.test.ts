import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anOrg, aUser } from './support/builders.js';
import { type TestGateway, testGateway } from './support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

const platform = '/api/v1/platform';

describe('a text that must be there', () => {
  /** What makes or changes a thing by such a text. */
  const texts: Readonly<Record<string, (text: string) => Promise<readonly [method: string, path: string, body: Record<string, unknown>]>>> =
    {
      name: async (text) => ['POST', `${platform}/orgs`, { name: text, slug: crypto.randomUUID() }],
      display_name: async (text) => ['PATCH', `${platform}/users/${await aUser(gateway.database)}`, { display_name: text }],
      username: async (text) => ['POST', '/v1/users', { username: text, email: 'ada@test.example', password: 'a long one indeed' }],
      reason: async (text) => [
        'POST',
        `${platform}/impersonation/start`,
        { reason: text.repeat(10), user_uuid: await aUser(gateway.database), org_uuid: await anOrg(gateway.database) },
      ],
    };

  describe.each(Object.entries(texts))('the %s', (member, request) => {
    it.each([
      ['spaces', ' '],
      ['a line', '\n'],
      ['a space of no width', '\u200b'],
    ])('is more than %s', async (_what, text) => {
      const [method, path, body] = await request(text);
      const answer = await gateway.rest(method, path, { token: gateway.adminToken, body });
      expect({ status: answer.status, detail: answer.body.detail }).toMatchObject({
        status: 422,
        detail: [{ loc: ['body', member], msg: 'String should not be blank', type: 'value_error' }],
      });
    });
  });

  it('may hold spaces beside something else', async () => {
    const [method, path, body] = (await texts.display_name?.(' Ada  L. ')) ?? ['', '', {}];
    expect(await gateway.rest(method, path, { token: gateway.adminToken, body })).toMatchObject({
      status: 200,
      body: { display_name: ' Ada  L. ' },
    });
  });

  it('is taken from the username where a new user’s full name is blank', async () => {
    const body = { username: 'grace', email: 'grace@test.example', password: 'a long one indeed', full_name: ' ' };
    const made = await gateway.rest('POST', '/v1/users', { token: gateway.adminToken, body });
    expect(made.status).toBe(201);
    const { body: user } = await gateway.rest('GET', `${platform}/users/${made.body.user_id}`, { token: gateway.adminToken });
    expect(user.display_name).toBe('grace');
  });

  it('is told of in GraphQL by its place in the input', async () => {
    const { errors } = await gateway.graphql(
      'mutation { createGroup(input: { name: "  " }) { group { id } } }',
      {},
      { token: gateway.adminToken },
    );
    expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['input', 'name'], type: 'value_error' }] });
  });
});
