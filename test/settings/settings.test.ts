import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aGrant, aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

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

const path = '/api/v1/platform/settings';

describe('the settings', () => {
  it('are changed by one gateway and hold at once on another', async () => {
    const { adminToken: token, database } = gateway;
    const user = await aUser(database);
    await aGrant(database, user, []);
    const asUser = { token: gateway.tokenFor(user) };
    expect((await other.rest('GET', '/api/v1/platform/orgs', asUser)).status).toBe(403);
    const changed = await gateway.rest('PATCH', path, { token, body: { permission_enforcement: 'disabled', max_orgs_per_shard: null } });
    expect(changed).toMatchObject({ status: 200, body: { permission_enforcement: 'disabled', max_orgs_per_shard: 500 } });
    expect((await other.rest('GET', '/api/v1/platform/orgs', asUser)).status).toBe(200);
    await gateway.rest('PATCH', path, { token, body: { permission_enforcement: 'enabled' } });
    expect((await other.rest('GET', '/api/v1/platform/orgs', asUser)).status).toBe(403);
  });

  it('keep their version and leave an entry for each change', async () => {
    const { adminToken: token, database } = gateway;
    const { data } = await gateway.graphql<{ settings: { version: number } }, object>('{ settings { version } }', {}, { token });
    const version = data?.settings.version ?? 0;
    const update =
      'mutation ($v: Int!) { updateSettings(input: { baseVersion: $v, impersonationTtlSeconds: 600 }) { settings { version } } }';
    const answers = await Promise.all(Array.from({ length: 8 }, () => gateway.graphql(update, { v: version }, { token })));
    expect(answers.filter((answer) => answer.errors.length === 0)).toHaveLength(1);
    const refusals = answers.filter((answer) => answer.errors.length > 0);
    for (const { errors } of refusals) expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: version + 1 });
    const entries = await database.db
      .selectFrom('platform_audit_log')
      .select(['changed_fields'])
      .where('action', '=', 'settings.update')
      .execute();
    expect(entries).toContainEqual({ changed_fields: ['impersonationTtlSeconds', 'version'] });
    expect(entries).toHaveLength(version);
  });

  it('name the value that is out of bounds', async () => {
    const { adminToken: token } = gateway;
    const rest = await gateway.rest('PATCH', path, { token, body: { impersonation_ttl_seconds: 59 } });
    expect(rest).toMatchObject({
      status: 422,
      body: { detail: [{ loc: ['body', 'impersonation_ttl_seconds'], type: 'greater_than_equal' }] },
    });
    const graphql = await gateway.graphql(
      'mutation { updateSettings(input: { maxOrgsPerShard: 0 }) { settings { version } } }',
      {},
      { token },
    );
    expect(graphql.errors[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['input', 'maxOrgsPerShard'] }] });
  });
});
