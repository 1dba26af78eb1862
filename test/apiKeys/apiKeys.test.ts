import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aGrant, anOrg, aUser, endGrant, letExpire, shutOut } from '../support/builders.js';
import { MakeKeyDocument, RevokeKeyDocument, WhoAmIDocument } from '../support/documents.generated.js';
import { type Caller, type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
let other: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
  other = await testGateway({}, gateway.database);
});
afterAll(async () => {
  await other.close();
  await gateway.close();
});

const path = '/api/v1/platform/orgs';

/** An admin with these permissions, and what gives them. */
async function anOwner(...permissions: readonly string[]) {
  const id = await aUser(gateway.database);
  const grant = await aGrant(gateway.database, id, permissions);
  return { id, grant, token: gateway.tokenFor(id) };
}

async function aKey(owner: Caller, permissions: readonly string[] = []) {
  const { data, errors } = await gateway.graphql(MakeKeyDocument, { input: { name: 'a key', permissions: [...permissions] } }, owner);
  if (!data) throw new Error(`The key was refused: ${JSON.stringify(errors)}`);
  return { id: data.createApiKey.apiKey.id, token: data.createApiKey.secret };
}

async function permissionsOf(key: Caller) {
  return (await gateway.graphql(WhoAmIDocument, {}, key)).data?.viewer.permissions;
}

async function keysOf(owner: Caller) {
  const document = '{ myApiKeys { nodes { id name prefix permissions expiresAt revokedAt } } }';
  return (await gateway.graphql<{ myApiKeys: { nodes: object[] } }, object>(document, {}, owner)).data?.myApiKeys.nodes;
}

async function trailOf(keyId: string) {
  return gateway.database.db
    .selectFrom('platform_audit_log')
    .select(['action', 'actor_id', 'actor_type'])
    .where('resource_id', '=', keyId)
    .orderBy('id')
    .execute();
}

describe('an API key', () => {
  it('is shown once, and kept as a hash', async () => {
    const owner = await anOwner('platform.orgs.list');
    const { id, token } = await aKey(owner, ['platform.orgs.list', 'platform.orgs.list']);
    expect(token).toMatch(/^tky_[\w-]{43}$/);
    expect(await keysOf(owner)).toEqual([
      { id, name: 'a key', prefix: token.slice(0, 10), permissions: ['platform.orgs.list'], expiresAt: null, revokedAt: null },
    ]);
    const row = await gateway.database.db.selectFrom('api_keys').selectAll().where('public_id', '=', id).executeTakeFirstOrThrow();
    expect(JSON.stringify(row)).not.toContain(token);
    expect(await trailOf(id)).toEqual([{ action: 'api_key.create', actor_id: owner.id, actor_type: 'user' }]);
  });

  it('is refused with a permission that its owner does not hold, and names each', async () => {
    const owner = await anOwner('platform.orgs.list');
    const input = { name: 'greedy', permissions: ['platform.users.list', 'platform.orgs.list', 'platform.admins.create'] };
    const { data, errors } = await gateway.graphql(MakeKeyDocument, { input }, owner);
    const missing = ['platform.admins.create', 'platform.users.list'];
    expect({ data, extensions: errors[0]?.extensions }).toEqual({
      data: null,
      extensions: { code: 'FORBIDDEN', requiredPermission: 'platform.admins.create', missing },
    });
    expect(await keysOf(owner)).toEqual([]);
  });

  it('is refused with what is no permission, with no name, and with an expiry in the past', async () => {
    const owner = await anOwner('platform.orgs.list');
    const faults = [
      [{ name: 'x', permissions: ['platform.orgs.list', 'platform.orgs.own'] }, ['input', 'permissions', 1]],
      [{ name: 'x', permissions: ['constructor'] }, ['input', 'permissions', 0]],
      [{ name: '', permissions: [] }, ['input', 'name']],
      [{ name: 'x'.repeat(201), permissions: [] }, ['input', 'name']],
      [{ name: 'x', permissions: [], expiresAt: '2020-01-01T00:00:00Z' }, ['input', 'expiresAt']],
    ] as const;
    for (const [input, place] of faults) {
      const { errors } = await gateway.graphql(MakeKeyDocument, { input: { ...input, permissions: [...input.permissions] } }, owner);
      expect(errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: place }] });
    }
    expect(await keysOf(owner)).toEqual([]);
  });

  it.each(['expired', 'suspended', 'archived'] as const)('loses what its owner loses when their grant is %s', async (how) => {
    const owner = await anOwner('platform.orgs.list');
    await aGrant(gateway.database, owner.id, ['platform.users.list']);
    const key = await aKey(owner, ['platform.orgs.list', 'platform.users.list']);
    expect((await gateway.rest('GET', path, key)).status).toBe(200);
    await endGrant(gateway.database, owner.grant, how);
    expect(await permissionsOf(key)).toEqual(['platform.users.list']);
    expect(await gateway.rest('GET', path, key)).toMatchObject({
      status: 403,
      body: { details: { required_permission: 'platform.orgs.list' } },
    });
  });

  it('gains nothing that its owner gains', async () => {
    const owner = await anOwner('platform.orgs.list');
    const key = await aKey(owner, ['platform.orgs.list']);
    await aGrant(gateway.database, owner.id, ['platform.users.list']);
    expect(await permissionsOf(key)).toEqual(['platform.orgs.list']);
  });

  it.each(['suspended', 'deactivated', 'deleted', 'blocked'] as const)('is refused when its owner is %s', async (how) => {
    const owner = await anOwner('platform.orgs.list');
    const key = await aKey(owner, ['platform.orgs.list']);
    await shutOut(gateway.database, owner.id, how);
    expect((await gateway.rest('GET', path, key)).status).toBe(401);
  });

  it('with no permission is still its owner, and sees their orgs', async () => {
    const { id, token } = await anOwner('platform.orgs.read');
    const org = await anOrg(gateway.database, { name: 'Acme', members: [id] });
    const key = await aKey({ token });
    const document = 'query ($id: UUID!) { me { id } org(id: $id) { name } }';
    const { data } = await gateway.graphql<object, object>(document, { id: org }, key);
    expect(data).toEqual({ me: { id }, org: { name: 'Acme' } });
  });

  it('gives nobody a permission that it lacks itself, though its owner holds it', async () => {
    const owner = await anOwner('platform.groups.create', 'platform.orgs.delete');
    const key = await aKey(owner, ['platform.groups.create']);
    const document =
      'mutation ($name: String!, $keys: [String!]!) { createGroup(input: { name: $name, permissions: $keys }) { group { id } } }';
    const make = (caller: Caller, name: string) => gateway.graphql(document, { name, keys: ['platform.orgs.delete'] }, caller);
    expect((await make(key, 'by key')).errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', missing: ['platform.orgs.delete'] });
    expect((await make(owner, 'by hand')).errors).toEqual([]);
  });

  it('acts in the trail under its owner, as a key', async () => {
    const owner = await anOwner('platform.users.update');
    const key = await aKey(owner, ['platform.users.update']);
    const user = await aUser(gateway.database);
    await gateway.graphql('mutation ($id: UUID!) { updateUser(id: $id, input: { displayName: "X" }) { user { id } } }', { id: user }, key);
    expect(await trailOf(user)).toEqual([{ action: 'user.update', actor_id: owner.id, actor_type: 'api_key' }]);
  });

  it('that has expired is refused', async () => {
    const owner = await anOwner('platform.orgs.list');
    const input = { name: 'brief', permissions: ['platform.orgs.list'], expiresAt: '2099-01-01T00:00:00Z' };
    const made = (await gateway.graphql(MakeKeyDocument, { input }, owner)).data?.createApiKey;
    const key = { token: made?.secret };
    expect((await gateway.rest('GET', path, key)).status).toBe(200);
    await letExpire(gateway.database, 'API key', made?.apiKey.id ?? '');
    expect((await gateway.rest('GET', path, key)).status).toBe(401);
  });
});

describe('revoking an API key', () => {
  it('holds from the next request on, at every gateway', async () => {
    const owner = await anOwner('platform.orgs.list');
    const [key, spare] = [await aKey(owner, ['platform.orgs.list']), await aKey(owner, ['platform.orgs.list'])];
    expect((await other.rest('GET', path, key)).status).toBe(200);
    const first = await gateway.graphql(RevokeKeyDocument, { id: key.id }, owner);
    expect(first.errors).toEqual([]);
    expect((await other.rest('GET', path, key)).status).toBe(401);
    expect((await other.rest('GET', path, spare)).status).toBe(200);

    // Again changes nothing.
    const again = await gateway.graphql(RevokeKeyDocument, { id: key.id }, owner);
    expect(again.data?.revokeApiKey).toEqual(first.data?.revokeApiKey);
    expect(await trailOf(key.id)).toContainEqual({ action: 'api_key.revoke', actor_id: owner.id, actor_type: 'user' });
  });

  it("of another's is answered as that of one that never was, and the key lives on", async () => {
    const owner = await anOwner('platform.orgs.list');
    const key = await aKey(owner, ['platform.orgs.list']);
    const never = crypto.randomUUID();
    const asked = async (id: string) => {
      const { errors } = await gateway.graphql(RevokeKeyDocument, { id }, { token: gateway.adminToken });
      return JSON.stringify(errors).replaceAll(id, 'the id');
    };
    const [others, none] = [await asked(key.id), await asked(never)];
    expect(others).toContain('NOT_FOUND');
    expect(others).toBe(none);
    expect((await gateway.rest('GET', path, key)).status).toBe(200);
    expect(await keysOf({ token: gateway.adminToken })).toEqual([]);
  });
});
