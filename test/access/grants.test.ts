import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aGrant, aUser, endGrant } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

interface Answer {
  readonly viewer: { readonly permissions: readonly string[]; readonly user: { readonly effectivePermissions: readonly string[] } };
}

/** What a user may do, as a decision takes it and as a field tells it. */
async function permissionsOf(userId: string): Promise<readonly string[]> {
  const document = '{ viewer { permissions user { effectivePermissions } } }';
  const { data } = await gateway.graphql<Answer, object>(document, {}, { token: gateway.tokenFor(userId) });
  expect(data?.viewer.user.effectivePermissions).toEqual(data?.viewer.permissions);
  return data?.viewer.permissions ?? ['no answer'];
}

async function canListOrgs(userId: string): Promise<boolean> {
  const { status } = await gateway.rest('GET', '/api/v1/platform/orgs', { token: gateway.tokenFor(userId) });
  expect([200, 403]).toContain(status);
  return status === 200;
}

describe('a grant', () => {
  it('gives its permissions until it ends', async () => {
    const user = await aUser(gateway.database);
    await aGrant(gateway.database, user, ['platform.orgs.list'], { expiresAt: new Date(Date.now() + 60_000).toISOString() });
    expect(await permissionsOf(user)).toEqual(['platform.orgs.list']);
    expect(await canListOrgs(user)).toBe(true);
  });

  it.each(['expired', 'suspended', 'archived'] as const)('gives nothing more from the moment on that it is %s', async (how) => {
    const user = await aUser(gateway.database);
    const grant = await aGrant(gateway.database, user, ['platform.orgs.list', 'platform.users.list']);
    await aGrant(gateway.database, user, ['platform.users.list']);
    expect(await permissionsOf(user)).toEqual(['platform.orgs.list', 'platform.users.list']);
    await endGrant(gateway.database, grant, how);
    // What another grant gives stays.
    expect(await permissionsOf(user)).toEqual(['platform.users.list']);
    expect(await canListOrgs(user)).toBe(false);
  });

  it('ends by itself, with no job that makes it so', async () => {
    const user = await aUser(gateway.database);
    const end = Date.now() + 300;
    await aGrant(gateway.database, user, ['platform.orgs.list'], { expiresAt: new Date(end).toISOString() });
    while (await canListOrgs(user)) expect(Date.now()).toBeLessThan(end + 5_000);
    expect(Date.now()).toBeGreaterThanOrEqual(end);
  });

  it('gives nothing to a user who is no platform admin', async () => {
    const user = await aUser(gateway.database);
    await aGrant(gateway.database, user, ['platform.orgs.list']);
    await gateway.database.db.updateTable('users').set({ has_platform_access: false }).where('public_id', '=', user).execute();
    expect(await permissionsOf(user)).toEqual([]);
    expect(await canListOrgs(user)).toBe(false);
  });
});
