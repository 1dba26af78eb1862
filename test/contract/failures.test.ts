import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aScene, type Scene } from './scene.js';
import { traceIdIn } from './trace.js';

let scene: Scene;
beforeAll(async () => {
  scene = await aScene();
});
afterAll(() => scene.close());

// What PostgreSQL, its driver and a stack trace would tell.
const internals = /bio|onboarding_status|column|relation|select|update|users|42703|error:|\.ts|\.js|node_modules|\bat\b/i;

describe.each([
  ['get_v1_users_me', undefined],
  ['patch_v1_users_me_preferences', { preferences: { theme: 'dark' } }],
])('an internal error of %s', (operation, body) => {
  const fail = () => scene.whileBroken('users', () => scene.call(operation, { token: scene.admin.token, body }));

  it('shows its trace id and nothing internal', async () => {
    const { status, headers, body: shown } = await fail();
    const { trace_id: traceId, ...otherDetails } = shown.details;
    expect(status).toBe(500);
    expect(traceId).toBe(traceIdIn(headers));
    expect(otherDetails).toEqual({});
    expect(shown.timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
    expect(JSON.stringify(shown)).not.toMatch(internals);
    expect(JSON.stringify([...headers])).not.toMatch(/bio\b|42703/);
  });

  it('stands in the log, under that trace id', async () => {
    const { headers } = await fail();
    const lines = scene.gateway
      .logs()
      .split('\n')
      .filter((line) => line.includes(traceIdIn(headers)));
    expect(lines.some((line) => line.includes('bio'))).toBe(true);
  });

  it('is over when its cause is', async () => {
    await fail();
    expect((await scene.call(operation, { token: scene.admin.token, body })).status).toBe(200);
  });
});

describe('an internal error of the platform surface', () => {
  it('shows its trace id and nothing internal, in that surface’s own format', async () => {
    // The surface documents no 500: the client that holds answers against the contract would refuse it.
    const ask = () => scene.gateway.rest('GET', '/api/v1/platform/orgs', { token: scene.admin.token });
    const { status, headers, body } = await scene.whileBroken('orgs', ask);
    expect(status).toBe(500);
    expect(body).toEqual({ detail: expect.any(String), code: 'INTERNAL', trace_id: traceIdIn(headers) });
    expect(JSON.stringify(body)).not.toMatch(internals);
  });
});

describe('a change that fails', () => {
  it('leaves neither a trace in the data nor an entry in the trail', async () => {
    const user = await scene.user();
    const token = scene.gateway.tokenFor(user);
    const before = await scene.entries();
    const failed = await scene.whileBroken('users', () =>
      scene.call('patch_v1_users_me_preferences', { token, body: { preferences: { lost: true } } }),
    );
    expect(failed.status).toBe(500);
    expect(await scene.entries()).toEqual(before);
    expect((await scene.call('get_v1_users_me', { token })).body.preferences).toEqual({});
  });
});
