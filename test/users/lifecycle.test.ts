import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { aGrant, aMembership, anOrg, aUser, theOnlyLastingAdmin } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

const path = (id: string, act: string) => `/api/v1/platform/users/${id}/${act}`;

/** All that deactivating touches of a user, but for versions and times of change. */
async function state(userId: string): Promise<unknown> {
  const { rows } = await sql`select u.status, u.deactivated_from,
      (select json_agg(json_build_object('status', m.status, 'by', m.suspended_by) order by m.id) from org_memberships m where m.user_id = u.id) as memberships,
      (select json_agg(a.suspended_at is null order by a.id) from group_assignments a where a.user_id = u.id) as assignments,
      exists (select from session_blocklist b where b.user_id = u.id) as blocked
    from users u where u.public_id = ${userId}`.execute(gateway.database.db);
  return rows[0];
}

describe('deactivating a user', () => {
  it('closes the platform to every credential of theirs at once, and reactivating undoes exactly that', async () => {
    const { database, adminToken: token } = gateway;
    const user = await aUser(database);
    const org = await anOrg(database, { members: [user] });
    await aMembership(database, await anOrg(database), user, { status: 'suspended' });
    await aMembership(database, await anOrg(database), user, { status: 'invited' });
    await aGrant(database, user, ['platform.orgs.list']);
    const before = await state(user);
    const own = { token: gateway.tokenFor(user) };
    const { data } = await gateway.graphql<{ createApiKey: { secret: string } }, object>(
      'mutation { createApiKey(input: { name: "k", permissions: ["platform.orgs.list"] }) { secret } }',
      {},
      own,
    );
    const key = { token: data?.createApiKey.secret };
    expect((await gateway.rest('GET', '/api/v1/platform/orgs', key)).status).toBe(200);

    expect((await gateway.rest('POST', path(user, 'deactivate'), { token })).status).toBe(204);
    expect((await gateway.rest('GET', '/api/v1/platform/me', own)).status).toBe(401);
    expect((await gateway.rest('GET', '/api/v1/platform/orgs', key)).status).toBe(401);
    expect(await state(user)).toMatchObject({ status: 'deactivated', blocked: true, assignments: [false] });
    const members = await gateway.rest('GET', `/api/v1/platform/orgs/${org}/members`, { token });
    expect(members.body.items).toMatchObject([{ user_id: user, status: 'suspended', user_status: 'deactivated' }]);

    expect((await gateway.rest('POST', path(user, 'reactivate'), { token })).status).toBe(204);
    expect(await state(user)).toEqual(before);
    expect((await gateway.rest('GET', '/api/v1/platform/orgs', key)).status).toBe(200);
  });

  it('gives a user who was suspended by hand back as suspended', async () => {
    const { database, adminToken: token } = gateway;
    const user = await aUser(database, { status: 'suspended' });
    await gateway.rest('DELETE', `/api/v1/platform/users/${user}`, { token });
    await gateway.rest('POST', path(user, 'reactivate'), { token });
    expect(await state(user)).toMatchObject({ status: 'suspended' });
  });

  it('is refused where nobody would remain who could let anybody in', async () => {
    const { database, adminToken: token, adminId } = gateway;
    await theOnlyLastingAdmin(database, adminId);
    const before = await state(adminId);
    const { errors } = await gateway.graphql(
      'mutation ($id: UUID!) { deactivateUser(id: $id) { user { id } } }',
      { id: adminId },
      { token },
    );
    expect(errors[0]?.extensions).toMatchObject({ code: 'LOCKOUT' });
    expect(await state(adminId)).toEqual(before);
  });

  it('leaves one entry a time, and is done once by those who ask at the same time', async () => {
    const { database, adminToken: token } = gateway;
    const user = await aUser(database);
    const answers = await Promise.all(Array.from({ length: 6 }, () => gateway.rest('POST', path(user, 'deactivate'), { token })));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 422, 422, 422, 422, 422]);
    const entries = await database.db
      .selectFrom('platform_audit_log')
      .select(['action', 'changed_fields'])
      .where('resource_id', '=', user)
      .execute();
    expect(entries).toEqual([{ action: 'user.deactivate', changed_fields: ['status', 'version'] }]);
  });
});
