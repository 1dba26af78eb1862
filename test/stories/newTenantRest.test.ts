import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import createClient from 'openapi-fetch';
import { aUser } from '../support/builders.js';
import { OpenWorkspaceDocument, SignInDocument } from '../support/documents.generated.js';
import { adminEmail, adminPassword } from '../support/fixtures.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import type { paths as PlatformPaths } from '../support/platformPaths.generated.js';
import type { paths as V1Paths } from '../support/v1Paths.generated.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

const password = 'correct horse battery staple';

/** Both surfaces as one caller sees them. Signing in is no documented endpoint: it is asked of the schema. */
async function signedIn(email: string, secret: string) {
  const { data } = await gateway.graphql(SignInDocument, { email, password: secret });
  const token = data?.login.accessToken ?? '';
  const options = { baseUrl: gateway.url, headers: { authorization: `Bearer ${token}` } };
  return { token, platform: createClient<PlatformPaths>(options), v1: createClient<V1Paths>(options) };
}

describe('a new tenant, by REST clients typed with openapi-typescript', () => {
  it('gets an org, its people, a workspace with roles and an admin to watch over it; the trail tells of each', async () => {
    const { database } = gateway;
    await database.db.updateTable('shards').set({ is_active: true }).where('dsn_ciphertext', 'is', null).execute();
    const bossId = await aUser(database, { email: 'boss@acme.example', password });
    const admin = await signedIn(adminEmail, adminPassword);

    const opened = await admin.platform.POST('/api/v1/platform/orgs', {
      body: { name: 'Acme', slug: 'acme', account_type: 'starter', admin_user_uuid: bossId },
    });
    expect(opened.data).toMatchObject({ name: 'Acme', slug: 'acme', status: 'active', account_type: 'starter' });
    const orgId = opened.data?.id ?? '';
    const crew = await admin.platform.GET('/api/v1/platform/orgs/{org_uuid}/members', { params: { path: { org_uuid: orgId } } });
    expect(crew.data?.items.map(({ user_id, role_hint }) => [user_id, role_hint])).toEqual([[bossId, 'admin']]);

    const boss = await signedIn('boss@acme.example', password);
    const ann = { email: 'ann@acme.example', username: 'ann', full_name: 'Ann Acme', password };
    const hired = await boss.v1.POST('/v1/users', { body: { ...ann, org_id: orgId } });
    const annId = hired.data?.user_id ?? '';
    expect(hired.data).toMatchObject({ email: ann.email, full_name: 'Ann Acme' });

    const made = await gateway.graphql(OpenWorkspaceDocument, { orgId, input: { name: 'Research', slug: 'research' } }, boss);
    const place = { org_id: orgId, workspace_id: made.data?.createWorkspace.workspace.id ?? '' };
    const members = '/v1/orgs/{org_id}/workspaces/{workspace_id}/members';
    const invited = await boss.v1.POST(members, { params: { path: place }, body: { user_id: annId, role: 'viewer' } });
    expect(invited.data).toMatchObject({ user_id: annId, role: 'viewer' });
    const promoted = await boss.v1.PATCH('/v1/orgs/{org_id}/workspaces/{workspace_id}/members/{member_user_id}', {
      params: { path: { ...place, member_user_id: annId } },
      body: { role: 'admin' },
    });
    expect(promoted.data?.role).toBe('admin');
    const listed = await boss.v1.GET(members, { params: { path: place, query: { limit: 50 } } });
    expect(listed.data?.members.map(({ user_id, role }) => [user_id, role])).toEqual([
      [bossId, 'owner'],
      [annId, 'admin'],
    ]);

    const founded = await admin.platform.POST('/api/v1/platform/groups', {
      body: { name: 'Readers of the trail', permission_keys: ['platform.audit.read'] },
    });
    const appointed = await admin.platform.POST('/api/v1/platform/admins', {
      body: { email: ann.email, display_name: 'Ann', group_uuid: founded.data?.id ?? '' },
    });
    expect(appointed.data?.id).toBe(annId);

    const auditor = await signedIn(ann.email, password);
    const trail = await auditor.platform.GET('/api/v1/platform/audit', {
      params: { query: { actor_id: bossId, resource_type: 'workspace_member', page_size: 20 } },
    });
    expect(trail.data?.items.map(({ action }) => action)).toEqual([
      'workspace_member.update',
      'workspace_member.add',
      'workspace_member.add',
    ]);
  });

  it('are told of a refusal by its documented type, on each surface', async () => {
    const ann = await aUser(gateway.database, { email: 'refused@acme.example', password });
    const stranger = await signedIn('refused@acme.example', password);

    const forbidden = await stranger.platform.GET('/api/v1/platform/orgs', { params: { query: { page_size: 10 } } });
    expect(forbidden.response.status).toBe(403);
    if (!forbidden.error || !('code' in forbidden.error)) throw new Error('Not the documented error.');
    expect(forbidden.error.code).toBe('FORBIDDEN');
    expect(forbidden.error.detail).toContain('platform.orgs.list');
    expect(forbidden.error.trace_id).toMatch(/^[0-9a-f]{32}$/);

    const hidden = await stranger.v1.GET('/v1/users/{user_id}', { params: { path: { user_id: gateway.adminId } } });
    expect(hidden.response.status).toBe(404);
    if (!hidden.error || !('error' in hidden.error)) throw new Error('Not the documented error.');
    expect(hidden.error.error).toBe('RESOURCE_NOT_FOUND');
    expect(hidden.error.details).toEqual({ resource_type: 'user', resource_id: gateway.adminId });

    const invalid = await stranger.v1.PUT('/v1/users/{user_id}', { params: { path: { user_id: ann } }, body: { username: '' } });
    expect(invalid.response.status).toBe(422);
    if (!invalid.error || !('detail' in invalid.error)) throw new Error('Not the documented error.');
    expect(invalid.error.detail.map(({ loc }) => loc)).toEqual([['body', 'username']]);
  });
});
