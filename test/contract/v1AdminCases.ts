import { expect } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { aMembership, aWorkspace } from '../support/builders.js';
import type { Person, Scene } from './scene.js';
import { byAdmin, invalid, type StatusCase } from './statusCaseKit.js';
import { aCompany, anonymous, broken, forbidden } from './v1UserCases.js';

/** A member of the platform's own org, who holds no permission. */
export async function aStaffMember({ gateway, org, user }: Scene): Promise<Person> {
  const { db } = gateway.database;
  const known = await db.selectFrom('orgs').select('public_id').where('is_platform', '=', true).executeTakeFirst();
  const id = known?.public_id ?? (await org({ name: 'The platform' }));
  await db.updateTable('orgs').set({ is_platform: true }).where('public_id', '=', id).execute();
  const member = await user();
  await aMembership(gateway.database, id, member);
  return { id: member, token: gateway.tokenFor(member) };
}

/** The cases that the three lists of the platform share. */
function listCases(permission: string, rows: string): readonly StatusCase[] {
  return [
    {
      status: 200,
      when: 'to a member of the platform’s own org',
      call: async (scene) => {
        await aCompany(scene);
        return { token: (await aStaffMember(scene)).token, query: { limit: 1 } };
      },
      says: { has_more: true, next_cursor: expect.any(String), [rows]: [{}] },
    },
    {
      status: 200,
      when: `with ${permission} alone`,
      call: async (scene) => ({ token: (await scene.holderOf(permission)).token, query: { limit: 200 } }),
      says: { total: expect.any(Number) },
    },
    anonymous,
    forbidden('to an admin of another org', 'platform:read', async (scene) => ({ token: (await aCompany(scene)).boss.token })),
    forbidden(`with every permission but ${permission}`, 'platform:read', async (scene) => ({
      token: (await scene.holderOfAllBut(permission)).token,
    })),
    invalid('for no rows', ['query', 'limit'], { query: { limit: 0 } }),
    invalid('for more than 200 rows', ['query', 'limit'], { query: { limit: 201 } }),
    invalid('for a cursor that is none', ['query', 'cursor'], { query: { cursor: 'abc' } }),
  ];
}

/** The operations of /v1 on the platform's administration. */
export const v1AdminCases: Readonly<Record<string, readonly StatusCase[]>> = {
  get_v1_admin_access: [
    {
      status: 200,
      when: 'to an admin of the org',
      call: async (scene) => {
        const { boss, org } = await aCompany(scene);
        return { token: boss.token, query: { organization_id: org } };
      },
      says: { has_access: true, role: 'admin' },
    },
    {
      status: 200,
      when: 'to a member who is no admin',
      call: async (scene) => {
        const { worker, org } = await aCompany(scene);
        return { token: worker.token, query: { organization_id: org } };
      },
      says: { has_access: false, role: null, message: expect.stringContaining('no admin') },
    },
    {
      status: 200,
      when: 'for an org that there is not, as for one of others',
      call: byAdmin({ query: { organization_id: uuidv7() } }),
      says: { has_access: false, role: null, message: expect.stringContaining('no member') },
    },
    anonymous,
    invalid('without an org', ['query', 'organization_id'], {}),
    { ...broken(byAdmin({ query: { organization_id: uuidv7() } })), broken: 'org_memberships' },
  ],
  get_v1_admin_platform_status: [
    {
      status: 200,
      when: 'to a member of the platform’s own org',
      call: async (scene) => ({ token: (await aStaffMember(scene)).token }),
      says: { is_platform_org: true },
    },
    { status: 200, when: 'to anyone else', call: ({ stranger }) => ({ token: stranger.token }), says: { is_platform_org: false } },
    anonymous,
    { ...broken(byAdmin({})), broken: 'org_memberships' },
  ],
  get_v1_admin_platform_users: [...listCases('platform.users.list', 'users'), broken(byAdmin({}))],
  get_v1_admin_platform_organizations: [...listCases('platform.orgs.list', 'organizations'), { ...broken(byAdmin({})), broken: 'orgs' }],
  get_v1_admin_platform_workspaces: [
    ...listCases('platform.workspaces.list', 'workspaces').map((each) => ({
      ...each,
      call: async (scene: Scene) => {
        const { org } = await aCompany(scene);
        await aWorkspace(scene.gateway.database, org, `w-${uuidv7()}`);
        return each.call(scene);
      },
    })),
    { ...broken(byAdmin({})), broken: 'workspaces' },
  ],
  post_v1_admin_cleanup_tokens: [
    {
      status: 200,
      when: 'with platform.tokens.cleanup alone',
      call: async (scene) => ({ token: (await scene.holderOf('platform.tokens.cleanup')).token }),
      says: { deleted_count: expect.any(Number) },
    },
    anonymous,
    forbidden('with every permission but platform.tokens.cleanup', 'tokens:cleanup', async (scene) => ({
      token: (await scene.holderOfAllBut('platform.tokens.cleanup')).token,
    })),
    { ...broken(byAdmin({})), broken: 'one_time_tokens' },
  ],
};

const aboutTheCaller = 'It only tells, of the caller themselves, and whoever has a valid token may ask.';
const noParameter = 'It takes no parameter that could be wrong.';

export const v1AdminUnprovokable: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  get_v1_admin_access: { 403: aboutTheCaller },
  get_v1_admin_platform_status: { 403: aboutTheCaller, 422: noParameter },
  post_v1_admin_cleanup_tokens: { 422: noParameter },
};
