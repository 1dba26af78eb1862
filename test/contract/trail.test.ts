import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Call } from './client.js';
import { aScene, type Scene } from './scene.js';
import { traceIdIn } from './trace.js';

let scene: Scene;
beforeAll(async () => {
  scene = await aScene();
});
afterAll(() => scene.close());

/** Calls as the admin, and returns what the trail has more of then. */
async function traced(operation: string, call: Call) {
  const before = await scene.entries();
  const answer = await scene.call(operation, { token: scene.admin.token, ...call });
  const entries = await scene.entries();
  expect(entries.slice(0, before.length)).toEqual(before);
  return { answer, traceId: traceIdIn(answer.headers), added: entries.slice(before.length) };
}

const theAdmin = () => ({ actor_type: 'user', actor_id: scene.admin.id, actor_display_name: 'Platform admin', ip_address: '127.0.0.1' });

describe('a change that was answered with 200 leaves exactly one entry in the trail', () => {
  it('for an org', async () => {
    const org = await scene.org({ slug: 'traced', name: 'Traced' });
    const body = { base_version: 1, name: 'Retraced', hq_city: 'Bern', website: null };
    const { answer, traceId, added } = await traced('patch_orgs_org_uuid', { params: { org_uuid: org }, body });
    expect(answer.status).toBe(200);
    expect(added).toEqual([
      expect.objectContaining({
        ...theAdmin(),
        action: 'org.update',
        outcome: 'success',
        resource_type: 'org',
        resource_id: org,
        resource_display_id: 'traced',
        changed_fields: ['name', 'hqCity', 'version'],
        org_id: org,
        org_name: 'Retraced',
        permission: null,
        trace_id: traceId,
      }),
    ]);
  });

  it('for an org’s billing', async () => {
    const org = await scene.org();
    const { traceId, added } = await traced('patch_orgs_org_uuid_billing', { params: { org_uuid: org }, body: { max_locations: 5 } });
    expect(added).toEqual([
      expect.objectContaining({
        ...theAdmin(),
        action: 'org.update_billing',
        resource_type: 'org',
        resource_id: org,
        changed_fields: ['maxLocations', 'version'],
        org_id: org,
        trace_id: traceId,
      }),
    ]);
  });

  it('for a user', async () => {
    const user = await scene.user({ displayName: 'Ada', email: 'ada@traced.example' });
    const body = { display_name: 'Ada L.', email: 'ada@traced.example' };
    const { traceId, added } = await traced('patch_users_user_uuid', { params: { user_uuid: user }, body });
    expect(added).toEqual([
      expect.objectContaining({
        ...theAdmin(),
        action: 'user.update',
        resource_type: 'user',
        resource_id: user,
        resource_display_id: 'ada@traced.example',
        changed_fields: ['displayName', 'version'],
        org_id: null,
        trace_id: traceId,
      }),
    ]);
  });

  it('for one’s preferences', async () => {
    const { id, token } = scene.stranger;
    const { traceId, added } = await traced('patch_v1_users_me_preferences', { token, body: { preferences: { theme: 'dark' } } });
    expect(added).toEqual([
      expect.objectContaining({
        actor_type: 'user',
        actor_id: id,
        action: 'user.update_preferences',
        resource_type: 'user',
        resource_id: id,
        changed_fields: ['preferences', 'version'],
        trace_id: traceId,
      }),
    ]);
  });

  it('under the trace that the caller sent', async () => {
    const headers = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' };
    const { added } = await traced('patch_users_user_uuid', { params: { user_uuid: scene.stranger.id }, body: {}, headers });
    expect(added.map(({ trace_id }) => trace_id)).toEqual(['4bf92f3577b34da6a3ce929d0e0e4736']);
  });
});

describe('a change that was refused leaves none, or that of its refusal', () => {
  const org = () => scene.org();
  const refusals: readonly (readonly [string, string, number, () => Call | Promise<Call>])[] = [
    [
      'without a token',
      'patch_orgs_org_uuid',
      401,
      async () => ({ token: '', params: { org_uuid: await org() }, body: { base_version: 1 } }),
    ],
    [
      'without the permission',
      'patch_users_user_uuid',
      403,
      async () => ({
        token: (await scene.holderOfAllBut('platform.users.update')).token,
        params: { user_uuid: scene.stranger.id },
        body: { display_name: 'X' },
      }),
    ],
    [
      'without access to the org',
      'patch_orgs_org_uuid_billing',
      403,
      async () => ({ token: (await scene.holderOf('platform.billing.update')).token, params: { org_uuid: await org() }, body: {} }),
    ],
    [
      'for an id that was never given out',
      'patch_users_user_uuid',
      404,
      () => ({ params: { user_uuid: '01890a5d-ac96-774b-bcce-b302099a8057' }, body: {} }),
    ],
    ['for a stale version', 'patch_orgs_org_uuid', 409, async () => ({ params: { org_uuid: await org() }, body: { base_version: 7 } })],
    [
      'for a taken slug',
      'patch_orgs_org_uuid',
      409,
      async () => ({ params: { org_uuid: await org() }, body: { base_version: 1, slug: 'platform' } }),
    ],
    ['for a body that is not valid', 'patch_orgs_org_uuid', 422, async () => ({ params: { org_uuid: await org() }, body: {} })],
    [
      'for preferences that are too large',
      'patch_v1_users_me_preferences',
      422,
      () => ({ body: { preferences: { a: 'x'.repeat(70_000) } } }),
    ],
  ];

  it.each(refusals)('%s: %s, %d', async (_what, operation, status, call) => {
    const { answer, added } = await traced(operation, await call());
    const done = added.filter(({ outcome }) => outcome === 'success');
    const denials = status === 403 ? [expect.objectContaining({ action: 'access.denied', outcome: 'denied' })] : [];
    expect({ status: answer.status, done, added }).toEqual({ status, done: [], added: denials });
  });
});

describe('what is only read', () => {
  it('leaves no entry', async () => {
    const params = { org_uuid: await scene.org(), user_uuid: scene.stranger.id };
    for (const operation of ['get_orgs', 'get_orgs_org_uuid', 'get_users', 'get_users_user_uuid', 'get_me', 'get_v1_users_me']) {
      const { answer, added } = await traced(operation, { params });
      expect({ operation, status: answer.status, added }).toEqual({ operation, status: 200, added: [] });
    }
  });
});
