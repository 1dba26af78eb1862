import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anOrg, aUser, aWorkspace } from '../support/builders.js';
import {
  FindOrgDocument,
  MakeKeyDocument,
  RefreshDocument,
  RenameOrgDocument,
  RevokeKeyDocument,
  SignInDocument,
  SignOutDocument,
  WhoAmIDocument,
} from '../support/documents.generated.js';
import { adminEmail, adminPassword } from '../support/fixtures.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

describe("an admin's day", () => {
  it('goes from signing in over a change, seen the same by both ways in, to signing out', async () => {
    const { database } = gateway;
    const member = await aUser(database, { email: 'ada@acme.example' });
    const org = await anOrg(database, { name: 'Acme Health', slug: 'acme', members: [member] });
    await aWorkspace(database, org, 'Research');

    const signIn = await gateway.graphql(SignInDocument, { email: adminEmail.toUpperCase(), password: adminPassword });
    const session = signIn.data?.login;
    const token = session?.accessToken ?? '';
    expect(session?.user.id).toBe(gateway.adminId);

    const found = await gateway.graphql(FindOrgDocument, { search: 'ACME' }, { token });
    const [acme] = found.data?.orgs.nodes ?? [];
    expect(acme).toEqual({
      id: org,
      name: 'Acme Health',
      version: 1,
      members: { totalCount: 1, nodes: [{ roleHint: null, user: { id: member, email: 'ada@acme.example' } }] },
    });

    const renamed = await gateway.graphql(
      RenameOrgDocument,
      { id: org, input: { baseVersion: 1, name: 'Acme', contactName: 'Ada' } },
      { token },
    );
    expect(renamed.data?.updateOrg.org).toEqual({ id: org, name: 'Acme', contactName: 'Ada', version: 2 });
    const shown = await gateway.rest('GET', `/api/v1/platform/orgs/${org}`, { token });
    expect(shown.body).toMatchObject({ name: 'Acme', contact_name: 'Ada', version: 2 });

    const trace = renamed.headers.get('traceparent')?.split('-')[1];
    const entries = await database.db.selectFrom('platform_audit_log').selectAll().where('resource_id', '=', org).execute();
    expect(entries).toMatchObject([
      {
        action: 'org.update',
        changed_fields: ['name', 'contactName', 'version'],
        actor_id: gateway.adminId,
        trace_id: trace,
        org_name: 'Acme',
      },
    ]);

    const refreshed = await gateway.graphql(RefreshDocument, { token: session?.refreshToken ?? '' });
    const next = refreshed.data?.refreshToken.accessToken;
    expect((await gateway.graphql(SignOutDocument, {}, { token: next })).errors).toEqual([]);
    expect((await gateway.rest('GET', '/api/v1/platform/me', { token: next })).status).toBe(401);
    expect((await gateway.rest('GET', '/api/v1/platform/me', { token })).status).toBe(401);
  });
});

describe("a program's key", () => {
  it('does what its owner let it do, until it is revoked', async () => {
    const { adminToken: token } = gateway;
    const made = await gateway.graphql(MakeKeyDocument, { input: { name: 'reports', permissions: ['platform.orgs.list'] } }, { token });
    const key = { token: made.data?.createApiKey.secret };
    const who = await gateway.graphql(WhoAmIDocument, {}, key);
    expect(who.data?.viewer).toMatchObject({ credential: 'API_KEY', permissions: ['platform.orgs.list'] });
    expect((await gateway.rest('GET', '/api/v1/platform/orgs', key)).status).toBe(200);
    const refused = await gateway.rest('GET', '/api/v1/platform/users', key);
    expect(refused).toMatchObject({ status: 403, body: { code: 'FORBIDDEN', detail: expect.stringContaining('platform.users.list') } });
    await gateway.graphql(RevokeKeyDocument, { id: made.data?.createApiKey.apiKey.id ?? '' }, { token });
    expect((await gateway.rest('GET', '/api/v1/platform/orgs', key)).status).toBe(401);
  });
});
