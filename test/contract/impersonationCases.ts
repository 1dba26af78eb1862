import { expect } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { aMembership, anOrgAccess } from '../support/builders.js';
import type { Call } from './client.js';
import type { Scene } from './scene.js';
import { anonymous, badPage, permitted, type StatusCase, unpermitted } from './statusCaseKit.js';

const reason = 'They asked for help.';

/** A user of a new org, and an admin with access to it who may act as them, and as nobody so far. */
async function aPair(scene: Scene): Promise<{ admin: { id: string; token: string }; call: Call }> {
  const user = await scene.user();
  const org = await scene.org({ members: [user] });
  const admin = await scene.holderOf('platform.impersonation.start');
  await anOrgAccess(scene.gateway.database, admin.id, org);
  return { admin, call: { token: admin.token, body: { org_uuid: org, user_uuid: user, reason } } };
}

/** The pair's call with another body. */
const with_ = (change: (body: Record<string, string>, scene: Scene, admin: string) => Promise<object> | object) => async (scene: Scene) => {
  const { admin, call } = await aPair(scene);
  const body = call.body as Record<string, string>; // as aPair makes it
  return { ...call, body: { ...body, ...(await change(body, scene, admin.id)) } };
};

async function started(scene: Scene): Promise<{ admin: string; imp: string }> {
  const { admin, call } = await aPair(scene);
  const { body } = await scene.call('post_impersonation_start', call);
  return { admin: admin.token, imp: body.token };
}

const impossible = (when: string, call: StatusCase['call']): StatusCase => ({
  status: 422,
  when,
  call,
  says: { detail: [{ loc: ['body', 'user_uuid'] }] },
});

/** The operations of impersonation. */
export const impersonationCases: Readonly<Record<string, readonly StatusCase[]>> = {
  get_impersonation_sessions: [
    permitted('get_impersonation_sessions', async (scene) => {
      await started(scene);
      return { query: { active_only: 'true', page_size: 1 } };
    }),
    anonymous,
    unpermitted('get_impersonation_sessions'),
    badPage(),
  ],
  post_impersonation_start: [
    {
      status: 201,
      when: 'by who has access to the org',
      call: async (scene) => (await aPair(scene)).call,
      says: { token: expect.stringMatching(/^imp_/) },
    },
    anonymous,
    unpermitted('post_impersonation_start'),
    { status: 403, when: 'without access to the org', call: with_(async (_body, scene) => ({ org_uuid: await scene.org() })) },
    { status: 404, when: 'for a user whom there is not', call: with_(() => ({ user_uuid: uuidv7() })) },
    { status: 404, when: 'for an org that there is not', call: with_(() => ({ org_uuid: uuidv7() })) },
    {
      status: 409,
      when: 'for a second session',
      call: async (scene) => {
        const { call } = await aPair(scene);
        await scene.call('post_impersonation_start', call);
        return call;
      },
    },
    impossible(
      'for oneself',
      with_((_body, _scene, admin) => ({ user_uuid: admin })),
    ),
    impossible(
      'for a user who is deactivated',
      with_(async (_body, scene) => ({ user_uuid: await scene.user({ status: 'deactivated' }) })),
    ),
    impossible(
      'for a user who is no member of the org',
      with_(async (_body, scene) => ({ user_uuid: await scene.user() })),
    ),
    impossible(
      'for a platform admin',
      with_(async (body, scene) => {
        const admin = await scene.user({ isPlatformAdmin: true });
        await aMembership(scene.gateway.database, body.org_uuid ?? '', admin);
        return { user_uuid: admin };
      }),
    ),
    {
      status: 422,
      when: 'for a reason of fewer than ten characters',
      call: with_(() => ({ reason: 'because' })),
      says: { detail: [{ loc: ['body', 'reason'], type: 'string_too_short' }] },
    },
  ],
  post_impersonation_end: [
    { status: 204, when: "with the impersonation's own token", call: async (scene) => ({ token: (await started(scene)).imp }) },
    { status: 204, when: "with the admin's own token", call: async (scene) => ({ token: (await started(scene)).admin }) },
    anonymous,
    { status: 403, when: 'by who may not act as anybody', call: ({ stranger }) => ({ token: stranger.token }) },
    {
      status: 404,
      when: 'by who acts as nobody',
      call: async (scene) => ({ token: (await scene.holderOf('platform.impersonation.start')).token }),
    },
  ],
};
