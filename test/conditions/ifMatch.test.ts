import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anOrg, aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

const platform = '/api/v1/platform';

describe('ETag and If-Match', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await testGateway();
  });
  afterAll(() => gateway.close());

  const admin = (headers: Record<string, string> = {}) => ({ token: gateway.adminToken, headers });
  const ifMatch = (tag: string) => admin({ 'if-match': tag });

  /** The paths of one entity of each kind that has a version, with a change of it. */
  const versioned: Readonly<Record<string, () => Promise<{ path: string; body: object }>>> = {
    org: async () => ({ path: `${platform}/orgs/${await anOrg(gateway.database)}`, body: { name: 'Renamed' } }),
    billing: async () => ({ path: `${platform}/orgs/${await anOrg(gateway.database)}/billing`, body: { max_locations: 4 } }),
    user: async () => ({ path: `${platform}/users/${await aUser(gateway.database)}`, body: { display_name: 'Ada' } }),
    settings: async () => ({ path: `${platform}/settings`, body: { max_orgs_per_shard: 400 } }),
    group: async () => ({
      path: await made('groups', { name: `Group ${crypto.randomUUID()}` }),
      body: { name: `Group ${crypto.randomUUID()}` },
    }),
    partner: async () => ({ path: await made('partners', { name: 'Acme', slug: crypto.randomUUID() }), body: { name: 'Renamed' } }),
    admin: async () => ({ path: `${platform}/admins/${gateway.adminId}`, body: { display_name: 'The first' } }),
  };

  async function made(collection: string, body: object): Promise<string> {
    const answer = await gateway.rest('POST', `${platform}/${collection}`, { ...admin(), body });
    return `${platform}/${collection}/${answer.body.id}`;
  }

  describe.each(Object.entries(versioned))('of the %s', (_, entity) => {
    it('change with the version, let one change pass, and stop the next, which is told the version', async () => {
      const { path, body } = await entity();
      const tag = (await gateway.rest('GET', path, admin())).headers.get('etag') ?? '';
      expect(tag).toMatch(/^"\d+"$/);
      const first = await gateway.rest('PATCH', path, { ...ifMatch(tag), body });
      expect([first.status, first.headers.get('etag')]).toEqual([200, `"${Number(tag.slice(1, -1)) + 1}"`]);
      const late = await gateway.rest('PATCH', path, { ...ifMatch(tag), body });
      expect([late.status, late.body]).toMatchObject([
        409,
        { details: { current_version: Number(tag.slice(1, -1)) + 1, header: 'if-match' } },
      ]);
      expect((await gateway.rest('GET', path, admin())).headers.get('etag')).toBe(first.headers.get('etag'));
    });
  });

  it('stop acts that take no base_version: a stale deactivation, a stale archiving', async () => {
    const userId = await aUser(gateway.database);
    expect((await gateway.rest('POST', `${platform}/users/${userId}/deactivate`, ifMatch('"7"'))).status).toBe(409);
    expect((await gateway.rest('POST', `${platform}/users/${userId}/deactivate`, ifMatch('"1"'))).status).toBe(204);
    const partner = await made('partners', { name: 'Acme', slug: crypto.randomUUID() });
    expect((await gateway.rest('POST', `${partner}/archive`, ifMatch('"7"'))).status).toBe(409);
  });

  it('hold with one of several tags, with any, and with an equal base_version', async () => {
    const { path, body } = await (versioned.org as () => Promise<{ path: string; body: object }>)();
    expect((await gateway.rest('PATCH', path, { ...ifMatch('"7", "1"'), body: { ...body, base_version: 1 } })).status).toBe(200);
    expect((await gateway.rest('PATCH', path, { ...ifMatch('*'), body: { ...body, base_version: 2 } })).status).toBe(200);
    expect((await gateway.rest('PATCH', path, { ...ifMatch('"3"'), body: { ...body, base_version: 2 } })).status).toBe(409);
  });

  it.each(['3', 'W/"3"', '"three"', '"1""2"'])('refuse %s, which is none of our tags', async (tag) => {
    const { status, body } = await gateway.rest('PATCH', `${platform}/settings`, { ...ifMatch(tag), body: {} });
    expect(status).toBe(422);
    expect(body.detail).toMatchObject([{ loc: ['header', 'if-match'] }]);
  });

  it('are not ignored by what has no version', async () => {
    const body = { name: 'Never', slug: 'never' };
    const { status, body: answer } = await gateway.rest('POST', `${platform}/partners`, { ...ifMatch('"1"'), body });
    expect(status).toBe(422);
    expect(answer.detail).toMatchObject([{ loc: ['header', 'if-match'] }]);
    const { db } = gateway.database;
    expect(await db.selectFrom('partners').select('id').where('slug', '=', 'never').execute()).toEqual([]);
  });

  it('hold for a GraphQL mutation', async () => {
    const id = await anOrg(gateway.database);
    const mutation = 'mutation ($id: UUID!) { updateOrg(id: $id, input: { baseVersion: 1, name: "Renamed" }) { org { version } } }';
    const { errors } = await gateway.graphql(mutation, { id }, ifMatch('"2"'));
    expect(errors[0]).toMatchObject({ extensions: { code: 'CONFLICT', currentVersion: 1 } });
    expect((await gateway.graphql(mutation, { id }, ifMatch('"1"'))).data).toEqual({ updateOrg: { org: { version: 2 } } });
  });
});
