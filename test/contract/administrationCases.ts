import { v7 as uuidv7 } from 'uuid';
import { theOnlyLastingAdmin } from '../support/builders.js';
import type { Call } from './client.js';
import type { Scene } from './scene.js';
import { absent, anonymous, badPage, byAdmin, invalid, noUuid, nowhere, permitted, type StatusCase, unpermitted } from './statusCaseKit.js';

let count = 0;
const fresh = (what: string) => {
  count += 1;
  return `${what} ${count}`;
};

/** A group that the admin makes through the surface itself. @returns its id and version */
export async function aGroup(
  { call, admin }: Scene,
  permissions: readonly string[] = [],
): Promise<{ id: string; version: number; name: string }> {
  const { body } = await call('post_groups', { token: admin.token, body: { name: fresh('Circle'), permission_keys: permissions } });
  return body;
}

/** An admin with no group. */
const anAdmin = async (scene: Scene): Promise<string> => (await scene.holderOf()).id;

async function anAssignment(scene: Scene): Promise<{ admin_uuid: string; assignment_uuid: string; group_uuid: string }> {
  const [admin, group] = [await anAdmin(scene), await aGroup(scene)];
  const { body } = await scene.call('post_admins_admin_uuid_assignments', {
    token: scene.admin.token,
    params: { admin_uuid: admin },
    body: { group_uuid: group.id },
  });
  return { admin_uuid: admin, assignment_uuid: body.id, group_uuid: group.id };
}

async function theSystemGroup({ call, admin }: Scene): Promise<string> {
  const { body } = await call('get_groups', { token: admin.token });
  return body.items.find((group: { is_system: boolean }) => group.is_system).id;
}

/** The admin's own assignment, without which nobody would remain. */
async function theLastAssignment({ call, admin }: Scene): Promise<{ admin_uuid: string; assignment_uuid: string }> {
  const { body } = await call('get_admins_admin_uuid_assignments', { token: admin.token, params: { admin_uuid: admin.id } });
  return { admin_uuid: admin.id, assignment_uuid: body.items[0].id };
}

/** @param details what the answer says beside the sentence, such as which parameter it is about */
const conflict = (when: string, call: StatusCase['call'], details?: object): StatusCase => ({
  status: 409,
  when,
  call,
  says: { code: 'CONFLICT', ...(details && { details }) },
});
const lockout = (call: StatusCase['call']): StatusCase => ({
  status: 400,
  when: 'where nobody would remain who could let anybody in',
  call: async (scene) => {
    await theOnlyLastingAdmin(scene.gateway.database, scene.admin.id);
    return call(scene);
  },
  says: { code: 'LOCKOUT', details: { permission: 'platform.admins.create' } },
});
const badGroupId = (body?: object) => invalid('for an id that is no UUID', ['path', 'group_uuid'], { params: noUuid, body });
const badAdminId = (body?: object) =>
  invalid('for an id that is no UUID', ['path', 'admin_uuid'], { params: { ...nowhere, admin_uuid: 'ada' }, body });

/** Who lacks a permission of the group that they would give. */
function escalation(permission: string, call: (scene: Scene, group: string) => Promise<Call>): StatusCase {
  return {
    status: 403,
    when: 'for a group with a permission that the caller does not hold',
    call: async (scene) => {
      const group = await aGroup(scene, ['platform.orgs.delete', 'platform.orgs.read']);
      return { token: (await scene.holderOf(permission, 'platform.orgs.read')).token, ...(await call(scene, group.id)) };
    },
    says: { code: 'FORBIDDEN', details: { missing: ['platform.orgs.delete'] } },
  };
}

const newAdmin = (group: string) => ({ display_name: 'Ada', email: `${uuidv7()}@test.example`, group_uuid: group });

/** Cases of an operation that closes the platform to a user. */
function deactivating(operationId: string, name: 'user_uuid' | 'user_id'): StatusCase[] {
  return [
    permitted(operationId, async (scene) => ({ params: { [name]: await scene.user() } }), 204),
    anonymous,
    unpermitted(operationId),
    absent('for a user whom there is not'),
    invalid('for an id that is no UUID', ['path', name], { params: noUuid }),
    invalid('for a user who is deactivated already', ['path', name], async (scene) => ({
      params: { [name]: await scene.user({ status: 'deactivated' }) },
    })),
  ];
}

/** The operations of groups, admins, their assignments and their access to orgs. */
export const administrationCases: Readonly<Record<string, readonly StatusCase[]>> = {
  get_groups: [permitted('get_groups'), anonymous, unpermitted('get_groups')],
  post_groups: [
    {
      ...permitted('post_groups', () => ({ body: { name: fresh('Readers') } }), 201),
      says: { description: '', is_system: false, status: 'active', version: 1, permissions: [], assigned_users: [] },
    },
    anonymous,
    unpermitted('post_groups'),
    {
      status: 403,
      when: 'for a permission that the caller does not hold',
      call: async (scene) => ({
        token: (await scene.holderOf('platform.groups.create')).token,
        body: { name: fresh('Owners'), permission_keys: ['platform.orgs.delete'] },
      }),
      says: { details: { missing: ['platform.orgs.delete'] } },
    },
    conflict(
      'for a name that another group has, in other letters',
      byAdmin(async (scene) => ({ body: { name: (await aGroup(scene)).name.toUpperCase() } })),
    ),
    invalid('without a name', ['body', 'name'], { body: {} }),
    invalid('for a permission that there is not', ['body', 'permission_keys', 0], {
      body: { name: 'X', permission_keys: ['platform.fly'] },
    }),
  ],
  get_groups_group_uuid: [
    permitted('get_groups_group_uuid', async (scene) => ({ params: { group_uuid: await theSystemGroup(scene) } })),
    anonymous,
    unpermitted('get_groups_group_uuid'),
    absent('for a group that there is not'),
    badGroupId(),
  ],
  patch_groups_group_uuid: [
    {
      ...permitted('patch_groups_group_uuid', async (scene) => ({
        params: { group_uuid: (await aGroup(scene)).id },
        body: { base_version: 1, description: 'For all', name: null, add_permissions: ['platform.groups.update'] },
      })),
      says: { description: 'For all', version: 2, permissions: [{ key: 'platform.groups.update', domain: 'groups' }] },
    },
    anonymous,
    unpermitted('patch_groups_group_uuid'),
    {
      status: 403,
      when: 'for widening it by a permission that the caller does not hold',
      call: async (scene) => ({
        token: (await scene.holderOf('platform.groups.update')).token,
        params: { group_uuid: (await aGroup(scene)).id },
        body: { base_version: 1, add_permissions: ['platform.orgs.delete'] },
      }),
      says: { details: { missing: ['platform.orgs.delete'] } },
    },
    absent('for a group that there is not', { base_version: 1 }),
    conflict(
      'for a stale version',
      byAdmin(async (scene) => ({ params: { group_uuid: (await aGroup(scene)).id }, body: { base_version: 7 } })),
    ),
    conflict(
      'for a name that another group has',
      byAdmin(async (scene) => ({
        params: { group_uuid: (await aGroup(scene)).id },
        body: { base_version: 1, name: (await aGroup(scene)).name },
      })),
    ),
    badGroupId({ base_version: 1 }),
    {
      ...invalid('for a group that the platform brought', ['path', 'group_uuid'], async (scene) => ({
        params: { group_uuid: await theSystemGroup(scene) },
        body: { base_version: 1 },
      })),
    },
  ],
  delete_groups_group_uuid: [
    permitted('delete_groups_group_uuid', async (scene) => ({ params: { group_uuid: (await aGroup(scene)).id } }), 204),
    anonymous,
    unpermitted('delete_groups_group_uuid'),
    absent('for a group that there is not'),
    badGroupId(),
    invalid('for a group that somebody has', ['path', 'group_uuid'], async (scene) => ({
      params: { group_uuid: (await anAssignment(scene)).group_uuid },
    })),
    invalid('for a group that the platform brought', ['path', 'group_uuid'], async (scene) => ({
      params: { group_uuid: await theSystemGroup(scene) },
    })),
  ],
  get_permissions: [permitted('get_permissions'), anonymous, unpermitted('get_permissions')],

  get_admins: [permitted('get_admins', () => ({ query: { search: 'admin', page: 1 } })), anonymous, unpermitted('get_admins'), badPage()],
  post_admins: [
    {
      ...permitted('post_admins', async (scene) => ({ body: newAdmin((await aGroup(scene)).id) }), 201),
      says: { display_name: 'Ada', is_global_access: false, status: 'active', org_access_count: 0 },
    },
    anonymous,
    unpermitted('post_admins'),
    escalation('platform.admins.create', async (_scene, group) => ({ body: newAdmin(group) })),
    { ...absent('for a group that there is not', newAdmin(uuidv7())) },
    conflict(
      'for an admin',
      byAdmin(async (scene) => {
        const email = `${uuidv7()}@test.example`;
        await scene.user({ email, isPlatformAdmin: true });
        return { body: { ...newAdmin((await aGroup(scene)).id), email: email.toUpperCase() } };
      }),
    ),
    invalid('for an email that is none', ['body', 'email'], { body: { ...newAdmin(uuidv7()), email: 'ada' } }),
  ],
  get_admins_admin_uuid: [
    permitted('get_admins_admin_uuid', ({ admin }) => ({ params: { admin_uuid: admin.id } })),
    anonymous,
    unpermitted('get_admins_admin_uuid'),
    { ...absent('for a user who is no admin'), call: byAdmin(({ stranger }) => ({ params: { admin_uuid: stranger.id } })) },
    badAdminId(),
  ],
  patch_admins_admin_uuid: [
    {
      ...permitted('patch_admins_admin_uuid', async (scene) => ({
        params: { admin_uuid: await anAdmin(scene) },
        body: { display_name: 'Grace', email: null },
      })),
      says: { display_name: 'Grace' },
    },
    anonymous,
    unpermitted('patch_admins_admin_uuid'),
    {
      status: 403,
      when: 'for the email of an admin who holds more than the caller',
      call: async (scene) => ({
        token: (await scene.holderOf('platform.admins.update')).token,
        params: { admin_uuid: scene.admin.id },
        body: { email: 'mine@test.example' },
      }),
      says: { code: 'FORBIDDEN' },
    },
    absent('for an admin who is not', { display_name: 'X' }),
    conflict(
      'for an email that another user has',
      byAdmin(async (scene) => {
        const email = `${uuidv7()}@test.example`;
        await scene.user({ email });
        return { params: { admin_uuid: await anAdmin(scene) }, body: { email } };
      }),
    ),
    badAdminId({ display_name: 'X' }),
  ],
  delete_admins_admin_uuid: [
    permitted('delete_admins_admin_uuid', async (scene) => ({ params: { admin_uuid: await anAdmin(scene) } }), 204),
    lockout(byAdmin(({ admin }) => ({ params: { admin_uuid: admin.id } }))),
    anonymous,
    unpermitted('delete_admins_admin_uuid'),
    absent('for an admin who is not'),
    badAdminId(),
  ],

  get_admins_admin_uuid_assignments: [
    permitted('get_admins_admin_uuid_assignments', async (scene) => ({ params: { admin_uuid: (await anAssignment(scene)).admin_uuid } })),
    anonymous,
    unpermitted('get_admins_admin_uuid_assignments'),
    absent('for an admin who is not'),
    badAdminId(),
  ],
  post_admins_admin_uuid_assignments: [
    {
      ...permitted(
        'post_admins_admin_uuid_assignments',
        async (scene) => ({
          params: { admin_uuid: await anAdmin(scene) },
          body: { group_uuid: (await aGroup(scene)).id, expires_at: '2099-01-01T00:00:00Z' },
        }),
        201,
      ),
      says: { is_active: true },
    },
    anonymous,
    unpermitted('post_admins_admin_uuid_assignments'),
    escalation('platform.admins.update', async (scene, group) => ({
      params: { admin_uuid: await anAdmin(scene) },
      body: { group_uuid: group },
    })),
    absent('for an admin who is not', { group_uuid: uuidv7() }),
    conflict(
      'for a group that the admin has',
      byAdmin(async (scene) => {
        const { admin_uuid, group_uuid } = await anAssignment(scene);
        return { params: { admin_uuid }, body: { group_uuid } };
      }),
      { field: 'group_uuid' },
    ),
    badAdminId({ group_uuid: uuidv7() }),
    invalid('for an expiry in the past', ['body', 'expires_at'], {
      params: nowhere,
      body: { group_uuid: uuidv7(), expires_at: '2020-01-01T00:00:00Z' },
    }),
  ],
  delete_admins_admin_uuid_assignments_assignment_uuid: [
    permitted('delete_admins_admin_uuid_assignments_assignment_uuid', async (scene) => ({ params: await anAssignment(scene) }), 204),
    lockout(byAdmin(async (scene) => ({ params: await theLastAssignment(scene) }))),
    anonymous,
    unpermitted('delete_admins_admin_uuid_assignments_assignment_uuid'),
    {
      ...absent("for another admin's assignment"),
      call: byAdmin(async (scene) => ({ params: { ...(await anAssignment(scene)), admin_uuid: await anAdmin(scene) } })),
    },
    badAdminId(),
  ],

  get_admins_admin_uuid_org_access: [
    permitted('get_admins_admin_uuid_org_access', async (scene) => ({ params: { admin_uuid: await anAdmin(scene) } })),
    anonymous,
    unpermitted('get_admins_admin_uuid_org_access'),
    absent('for an admin who is not'),
    badAdminId(),
  ],
  post_admins_admin_uuid_org_access: [
    {
      status: 201,
      when: 'by who has access to the org',
      call: byAdmin(async (scene) => ({
        params: { admin_uuid: await anAdmin(scene) },
        body: { org_uuid: await scene.org({ name: 'Acme' }), note: 'On call' },
      })),
      says: { note: 'On call', org: { name: 'Acme' } },
    },
    anonymous,
    unpermitted('post_admins_admin_uuid_org_access'),
    {
      status: 403,
      when: 'by who has no access to the org themselves',
      call: async (scene) => {
        const { id, token } = await scene.holderOf('platform.org_access.grant');
        return { token, params: { admin_uuid: id }, body: { org_uuid: await scene.org() } };
      },
    },
    absent('for an admin who is not', { org_uuid: uuidv7() }),
    conflict(
      'for an org that the admin has access to',
      byAdmin(async (scene) => {
        const [admin, org] = [await anAdmin(scene), await scene.org()];
        const grant = { token: scene.admin.token, params: { admin_uuid: admin }, body: { org_uuid: org } };
        await scene.call('post_admins_admin_uuid_org_access', grant);
        return grant;
      }),
      { field: 'org_uuid' },
    ),
    badAdminId({ org_uuid: uuidv7() }),
  ],
  put_admins_admin_uuid_org_access_global: [
    {
      status: 200,
      when: 'by who has global access',
      call: byAdmin(async (scene) => ({ params: { admin_uuid: await anAdmin(scene) }, body: { is_global: true } })),
      says: { is_global_access: true },
    },
    anonymous,
    unpermitted('put_admins_admin_uuid_org_access_global'),
    {
      status: 403,
      when: 'by who has no global access themselves',
      call: async (scene) => {
        const { id, token } = await scene.holderOf('platform.org_access.grant');
        return { token, params: { admin_uuid: id }, body: { is_global: true } };
      },
    },
    absent('for an admin who is not', { is_global: true }),
    badAdminId({ is_global: true }),
  ],
  delete_admins_admin_uuid_org_access_org_uuid: [
    permitted(
      'delete_admins_admin_uuid_org_access_org_uuid',
      async (scene) => {
        const params = { admin_uuid: await anAdmin(scene), org_uuid: await scene.org() };
        const grant = { token: scene.admin.token, params: { admin_uuid: params.admin_uuid }, body: { org_uuid: params.org_uuid } };
        await scene.call('post_admins_admin_uuid_org_access', grant);
        return { params };
      },
      204,
    ),
    anonymous,
    unpermitted('delete_admins_admin_uuid_org_access_org_uuid'),
    absent('for an admin who is not'),
    badAdminId(),
  ],

  post_users_user_uuid_deactivate: deactivating('post_users_user_uuid_deactivate', 'user_uuid'),
  delete_users_user_id: deactivating('delete_users_user_id', 'user_id'),
  post_users_user_uuid_reactivate: [
    permitted(
      'post_users_user_uuid_reactivate',
      async (scene) => ({ params: { user_uuid: await scene.user({ status: 'deactivated' }) } }),
      204,
    ),
    anonymous,
    unpermitted('post_users_user_uuid_reactivate'),
    absent('for a user whom there is not'),
    invalid('for an id that is no UUID', ['path', 'user_uuid'], { params: noUuid }),
    invalid('for a user who is active', ['path', 'user_uuid'], ({ stranger }) => ({ params: { user_uuid: stranger.id } })),
  ],
};
