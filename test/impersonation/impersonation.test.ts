import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aGrant, anOrg, anOrgAccess, aUser, shutOut } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

const start = `mutation ($user: UUID!, $org: UUID!) {
  startImpersonation(input: { userId: $user, orgId: $org, reason: "They asked for help." }) { token sessionId }
}`;

interface Acting {
  readonly admin: string;
  readonly user: string;
  readonly org: string;
  readonly other: string;
  readonly imp: string;
}

/** An admin acts as a user who is in two orgs, in one of them. */
async function acting(): Promise<Acting> {
  const { database } = gateway;
  const [admin, user] = [await aUser(database), await aUser(database)];
  const [org, other] = [await anOrg(database, { members: [user] }), await anOrg(database, { members: [user] })];
  await aGrant(database, admin, ['platform.impersonation.start', 'platform.orgs.list']);
  await anOrgAccess(database, admin, org);
  const { data, errors } = await gateway.graphql<{ startImpersonation: { token: string } }, object>(
    start,
    { user, org },
    { token: gateway.tokenFor(admin) },
  );
  expect(errors).toEqual([]);
  return { admin, user, org, other, imp: data?.startImpersonation.token ?? '' };
}

const works = async (imp: string) => (await gateway.rest('GET', '/api/v1/platform/me', { token: imp })).status === 200;

describe('who acts as a user', () => {
  it('is that user in the one org, with no permission of the admin’s, and is named with them in the trail', async () => {
    const { admin, user, org, other, imp } = await acting();
    const { data } = await gateway.graphql<Record<string, unknown>, object>(
      'query ($org: UUID!, $other: UUID!) { viewer { credential permissions user { id } } org(id: $org) { id } other: org(id: $other) { id } }',
      { org, other },
      { token: imp },
    );
    expect(data).toEqual({ viewer: { credential: 'IMPERSONATION', permissions: [], user: { id: user } }, org: { id: org }, other: null });
    expect((await gateway.rest('GET', '/api/v1/platform/orgs', { token: imp })).status).toBe(403);

    await gateway.rest('PATCH', '/v1/users/me/preferences', { token: imp, body: { preferences: { seen: true } } });
    const entry = await gateway.database.db
      .selectFrom('platform_audit_log')
      .select(['actor_id', 'impersonated_user_id'])
      .where('action', '=', 'user.update_preferences')
      .where('resource_id', '=', user)
      .executeTakeFirstOrThrow();
    expect(entry).toEqual({ actor_id: admin, impersonated_user_id: user });
  });

  it('makes no keys, ends no session of the user, and acts as no one else', async () => {
    const { user, org, imp } = await acting();
    for (const [query, variables] of [
      ['mutation { createApiKey(input: { name: "k" }) { secret } }', {}],
      ['mutation { logout { endedAt } }', {}],
      [start, { user, org }],
    ] as const) {
      const { errors } = await gateway.graphql(query, variables, { token: imp });
      expect(errors[0]?.extensions.code).toBe('FORBIDDEN');
    }
  });

  it.each<[string, (acted: Acting) => Promise<unknown>]>([
    ['the session is ended by its own token', ({ imp }) => gateway.rest('POST', '/api/v1/platform/impersonation/end', { token: imp })],
    [
      'the session is ended by the admin',
      ({ admin }) => gateway.rest('POST', '/api/v1/platform/impersonation/end', { token: gateway.tokenFor(admin) }),
    ],
    ['the user is deactivated', ({ user }) => shutOut(gateway.database, user, 'deactivated')],
    ['the admin is deactivated', ({ admin }) => shutOut(gateway.database, admin, 'deactivated')],
    [
      'the admin loses the access to the org',
      ({ admin, org }) =>
        gateway.graphql(
          'mutation ($a: UUID!, $o: UUID!) { revokeOrgAccess(adminId: $a, orgId: $o) { removedId } }',
          { a: admin, o: org },
          { token: gateway.adminToken },
        ),
    ],
    [
      'the admin is revoked',
      ({ admin }) =>
        gateway.graphql('mutation ($a: UUID!) { revokeAdmin(id: $a) { admin { id } } }', { a: admin }, { token: gateway.adminToken }),
    ],
    [
      'the user leaves the org',
      ({ org }) =>
        gateway.database.db
          .updateTable('org_memberships')
          .set({ status: 'removed' })
          .where('org_id', '=', (eb) => eb.selectFrom('orgs').select('id').where('public_id', '=', org))
          .execute(),
    ],
    [
      'its time is over',
      () =>
        gateway.database.db
          .updateTable('impersonation_sessions')
          .set({ started_at: '2020-01-01T00:00:00Z', expires_at: '2020-01-01T01:00:00Z' })
          .execute(),
    ],
    [
      'the setting is switched off',
      () => gateway.rest('PATCH', '/api/v1/platform/settings', { token: gateway.adminToken, body: { impersonation_enabled: false } }),
    ],
  ])('is refused from the next request on when %s', async (_when, happens) => {
    const acted = await acting();
    expect(await works(acted.imp)).toBe(true);
    await happens(acted);
    expect(await works(acted.imp)).toBe(false);
  });
});

describe('two starts of one admin at the same time', () => {
  it('let one of them win', async () => {
    await gateway.rest('PATCH', '/api/v1/platform/settings', { token: gateway.adminToken, body: { impersonation_enabled: true } });
    for (let round = 0; round < 10; round += 1) {
      const { database } = gateway;
      const [admin, user] = [await aUser(database), await aUser(database)];
      const org = await anOrg(database, { members: [user] });
      await aGrant(database, admin, ['platform.impersonation.start']);
      await anOrgAccess(database, admin, org);
      const answers = await Promise.all([1, 2].map(() => gateway.graphql(start, { user, org }, { token: gateway.tokenFor(admin) })));
      expect(answers.map(({ errors }) => errors[0]?.extensions.code ?? 'started').sort()).toEqual(['CONFLICT', 'started']);
    }
  });
});
