import { expect } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { aMembership, aWorkspace, aWorkspaceMember } from '../support/builders.js';
import type { Call } from './client.js';
import type { Scene } from './scene.js';
import { anonymous, byAdmin, invalid, nowhere, permissionOf, type StatusCase } from './statusCaseKit.js';

type Role = NonNullable<Parameters<typeof aWorkspaceMember>[3]>;

/** A workspace, its org and one member, as the paths name them; an owner stands beside them. */
export interface WorkspacePlace extends Record<string, string> {
  readonly org_id: string;
  readonly workspace_id: string;
  readonly member_user_id: string;
}

let count = 0;

/** A new workspace with an owner, and a member with this role. */
export async function aPlace({ gateway: { database }, user, org }: Scene, role: Role = 'member'): Promise<WorkspacePlace> {
  count += 1;
  const [owner, member] = [await user(), await user()];
  const org_id = await org({ members: [owner, member] });
  const workspace_id = await aWorkspace(database, org_id, `Place-${count}`);
  await aWorkspaceMember(database, workspace_id, owner, 'owner');
  await aWorkspaceMember(database, workspace_id, member, role);
  return { org_id, workspace_id, member_user_id: member };
}

/** An active member of the org, in none of its workspaces. */
export async function aColleague({ gateway: { database }, user }: Scene, orgId: string): Promise<string> {
  const id = await user();
  await aMembership(database, orgId, id);
  return id;
}

/** A token of a new member of a workspace. */
async function asRole(scene: Scene, place: WorkspacePlace, role: Role): Promise<string> {
  const id = await aColleague(scene, place.org_id);
  await aWorkspaceMember(scene.gateway.database, place.workspace_id, id, role);
  return scene.gateway.tokenFor(id);
}

type Body = (scene: Scene, place: WorkspacePlace) => object | undefined | Promise<object | undefined>;
const noBody: Body = () => undefined;
const newMember: Body = async (scene, { org_id }) => ({ user_id: await aColleague(scene, org_id) });

const byRole =
  (role: Role, body: Body = noBody, of?: Role): StatusCase['call'] =>
  async (scene) => {
    const place = await aPlace(scene, of);
    return { token: await asRole(scene, place, role), params: place, body: await body(scene, place) };
  };

const unauthenticated: StatusCase = { ...anonymous, says: { error: 'AUTHENTICATION_FAILED', status_code: 401 } };

const forbidden = (operation: string, when: string, call: StatusCase['call']): StatusCase => ({
  status: 403,
  when,
  call,
  says: { error: 'FORBIDDEN', status_code: 403, details: { required_permission: permissionOf(operation) } },
});

const refusedTo = (operation: string, role: Role, body?: Body, of?: Role) =>
  forbidden(operation, `to the role ${role}${of ? `, of one with ${of}` : ''}`, byRole(role, body, of));

const refusedToColleagues = (operation: string, body: Body = noBody) =>
  forbidden(operation, 'to a member of the org who is not in the workspace', async (scene) => {
    const place = await aPlace(scene);
    return { token: scene.gateway.tokenFor(await aColleague(scene, place.org_id)), params: place, body: await body(scene, place) };
  });

const unknown = (when: string, type: string, call: (scene: Scene) => Promise<Call>): StatusCase => ({
  status: 404,
  when,
  call,
  says: { error: 'RESOURCE_NOT_FOUND', status_code: 404, details: { resource_type: type, resource_id: expect.any(String) } },
});

/** Where there is no such workspace for the caller. */
const hidden = (body: Body = noBody): StatusCase[] => [
  unknown('for a workspace of another org', 'workspace', async (scene) => {
    const [place, other] = [await aPlace(scene), await aPlace(scene)];
    return { token: scene.admin.token, params: { ...place, org_id: other.org_id }, body: await body(scene, place) };
  }),
  unknown('to who is not in the org', 'workspace', async (scene) => {
    const place = await aPlace(scene);
    return { token: scene.stranger.token, params: place, body: await body(scene, place) };
  }),
  unknown('for an id that no workspace has', 'workspace', async (scene) => {
    const place = await aPlace(scene);
    return { token: scene.admin.token, params: { ...place, workspace_id: uuidv7() }, body: await body(scene, place) };
  }),
];

const unknownMember = (body?: object): StatusCase =>
  unknown('for a user who is no member', 'workspace_member', async (scene) => ({
    token: scene.admin.token,
    params: { ...(await aPlace(scene)), member_user_id: scene.stranger.id },
    body,
  }));

const badIds = (body?: object) => [
  invalid('for an org id that is no UUID', ['path', 'org_id'], { params: { ...nowhere, org_id: 'acme' }, body }),
  invalid('for a workspace id that is no UUID', ['path', 'workspace_id'], { params: { ...nowhere, workspace_id: 'research' }, body }),
];

const detail = (issue: object) => ({ detail: [issue] });

const refusedValue = (when: string, issue: object, call: StatusCase['call']): StatusCase => ({
  status: 422,
  when,
  call,
  says: detail(issue),
});

const failing = (body: Body = noBody): StatusCase => ({
  status: 500,
  when: 'for a defect of ours',
  call: async (scene) => {
    const place = await aPlace(scene);
    return { token: scene.admin.token, params: place, body: await body(scene, place) };
  },
  broken: 'workspace_members',
  says: { error: 'INTERNAL_SERVER_ERROR', status_code: 500 },
});

const list = 'get_v1_orgs_org_id_workspaces_workspace_id_members';
const add = 'post_v1_orgs_org_id_workspaces_workspace_id_members';
const change = 'patch_v1_orgs_org_id_workspaces_workspace_id_members_member_user_id';
const remove = 'delete_v1_orgs_org_id_workspaces_workspace_id_members_member_user_id';

const onlyOwner = async (scene: Scene, body?: object): Promise<Call> => {
  const place = await aPlace(scene);
  const { members } = (await scene.call(list, { token: scene.admin.token, params: place })).body;
  const owner = members.find(({ role }: { role: string }) => role === 'owner').user_id;
  return { token: scene.admin.token, params: { ...place, member_user_id: owner }, body };
};

const lastOwner = { loc: ['body'], msg: 'A workspace keeps at least one owner: make another member an owner first.', type: 'value_error' };

/** The operations on the members of a workspace. */
export const workspaceCases: Readonly<Record<string, readonly StatusCase[]>> = {
  [list]: [
    { status: 200, when: 'to a viewer', call: byRole('viewer'), says: { total: 3, has_more: false, next_cursor: null } },
    { status: 200, when: 'to a platform admin', call: byAdmin(async (scene) => ({ params: await aPlace(scene) })), says: { total: 2 } },
    unauthenticated,
    refusedToColleagues(list),
    ...hidden(),
    ...badIds(),
    invalid('for a limit of 0', ['query', 'limit'], { params: nowhere, query: { limit: 0 } }),
    {
      ...invalid('for a limit of 201', ['query', 'limit'], { params: nowhere, query: { limit: 201 } }),
      says: detail({ loc: ['query', 'limit'], type: 'less_than_equal', input: '201', ctx: { le: 200 } }),
    },
    invalid('for a cursor that is none', ['query', 'cursor'], async (scene) => ({
      params: await aPlace(scene),
      query: { cursor: 'next' },
    })),
    failing(),
  ],
  [add]: [
    { status: 201, when: 'by an admin of the workspace', call: byRole('admin', newMember), says: { role: 'member' } },
    {
      status: 201,
      when: 'by an owner, as an owner',
      call: byRole('owner', async (...at) => ({ ...(await newMember(...at)), role: 'owner' })),
      says: { role: 'owner' },
    },
    {
      status: 201,
      when: 'for a role that is null',
      call: byRole('owner', async (...at) => ({ ...(await newMember(...at)), role: null })),
      says: { role: 'member' },
    },
    unauthenticated,
    refusedTo(add, 'viewer', newMember),
    refusedTo(add, 'member', newMember),
    refusedToColleagues(add, newMember),
    forbidden(
      add,
      'to an admin, for a role above their own',
      byRole('admin', async (...at) => ({ ...(await newMember(...at)), role: 'owner' })),
    ),
    ...hidden(newMember),
    ...badIds({ user_id: uuidv7() }),
    invalid('without a user', ['body', 'user_id'], { params: nowhere, body: {} }),
    refusedValue(
      'for a role that there is not',
      {
        loc: ['body', 'role'],
        type: 'enum',
        input: 'boss',
        msg: "Input should be 'viewer', 'member', 'admin' or 'owner'",
        ctx: { expected: "'viewer', 'member', 'admin' or 'owner'" },
      },
      byAdmin({ params: nowhere, body: { user_id: uuidv7(), role: 'boss' } }),
    ),
    refusedValue(
      'for a user who is a member already',
      { loc: ['body', 'user_id'], msg: 'The user is a member of the workspace already.', type: 'value_error' },
      byRole('owner', (_scene, { member_user_id }) => ({ user_id: member_user_id })),
    ),
    refusedValue(
      'for a user of another org',
      { loc: ['body', 'user_id'], msg: 'The user is no active member of the workspace’s org.', type: 'value_error' },
      byRole('owner', ({ stranger }) => ({ user_id: stranger.id })),
    ),
    refusedValue(
      'for a user whose membership of the org is suspended',
      { loc: ['body', 'user_id'], type: 'value_error' },
      byRole('owner', async ({ gateway: { database }, user }, { org_id }) => {
        const id = await user();
        await aMembership(database, org_id, id, { status: 'suspended' });
        return { user_id: id };
      }),
    ),
    failing(newMember),
  ],
  [change]: [
    { status: 200, when: 'by an admin of the workspace', call: byRole('admin', () => ({ role: 'viewer' })), says: { role: 'viewer' } },
    { status: 200, when: 'by an owner, of an admin', call: byRole('owner', () => ({ role: 'owner' }), 'admin'), says: { role: 'owner' } },
    unauthenticated,
    refusedTo(change, 'viewer', () => ({ role: 'viewer' })),
    refusedTo(change, 'member', () => ({ role: 'viewer' })),
    refusedTo(change, 'admin', () => ({ role: 'viewer' }), 'owner'),
    refusedToColleagues(change, () => ({ role: 'viewer' })),
    forbidden(
      change,
      'to an admin, for a role above their own',
      byRole('admin', () => ({ role: 'owner' })),
    ),
    ...hidden(() => ({ role: 'viewer' })),
    unknownMember({ role: 'viewer' }),
    ...badIds({ role: 'viewer' }),
    invalid('for a member id that is no UUID', ['path', 'member_user_id'], {
      params: { ...nowhere, member_user_id: 'ada' },
      body: { role: 'viewer' },
    }),
    invalid('without a role', ['body', 'role'], { params: nowhere, body: {} }),
    refusedValue('for the last owner', lastOwner, (scene) => onlyOwner(scene, { role: 'admin' })),
    failing(() => ({ role: 'viewer' })),
  ],
  [remove]: [
    { status: 204, when: 'by an admin of the workspace', call: byRole('admin') },
    {
      status: 204,
      when: 'by a viewer who leaves',
      call: async (scene) => {
        const place = await aPlace(scene, 'viewer');
        return { token: scene.gateway.tokenFor(place.member_user_id), params: place };
      },
    },
    unauthenticated,
    refusedTo(remove, 'viewer'),
    refusedTo(remove, 'member'),
    refusedTo(remove, 'admin', noBody, 'owner'),
    refusedToColleagues(remove),
    ...hidden(),
    unknownMember(),
    ...badIds(),
    refusedValue('for the last owner', lastOwner, (scene) => onlyOwner(scene)),
    failing(),
  ],
};
