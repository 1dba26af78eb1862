import { expect } from '@jest/globals';
import { absent, anonymous, anyOrg, badOrgId, byAdmin, permitted, type StatusCase, unpermitted } from './statusCaseKit.js';

/** The operations of jobs. */
export const jobCases: Readonly<Record<string, readonly StatusCase[]>> = {
  post_orgs_org_uuid_seed: [
    {
      ...permitted('post_orgs_org_uuid_seed', anyOrg, 202),
      says: { status: 'queued', seed_type: 'demo_data', worker_id: null, errors: [], request_payload: { patients: 1_000 } },
    },
    anonymous,
    unpermitted('post_orgs_org_uuid_seed'),
    absent('for an org that there is not'),
    badOrgId(),
    {
      status: 409,
      when: 'while a seeding job of the org is queued, which it names',
      call: byAdmin(async (scene) => {
        const { params } = await anyOrg(scene);
        await scene.call('post_orgs_org_uuid_seed', { token: scene.admin.token, params });
        return { params };
      }),
      says: { code: 'CONFLICT', details: { status: 'queued', job_id: expect.stringMatching(/^[0-9a-f-]{36}$/) } },
    },
    {
      status: 409,
      when: 'for an org that is suspended',
      call: byAdmin(async (scene) => ({ params: { org_uuid: await scene.org({ status: 'suspended' }) } })),
      says: { code: 'CONFLICT', detail: 'The org is suspended: only an active one is seeded.' },
    },
  ],
};
