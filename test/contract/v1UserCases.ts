import { v7 as uuidv7 } from 'uuid';
import { aMembership, aUser, aWorkspace, aWorkspaceMember } from '../support/builders.js';
import type { Person, Scene } from './scene.js';
import { byAdmin, invalid, type StatusCase } from './statusCaseKit.js';

const nobody = uuidv7();

/** An org of the scene's, its people, and a workspace of theirs. */
export interface Company {
  readonly org: string;
  readonly workspace: string;
  /** An admin of the org. */
  readonly boss: Person;
  /** A member of the org and of the workspace. */
  readonly worker: Person;
  /** A member of the org, and of no workspace. */
  readonly fellow: Person;
}

export async function aCompany({ gateway, org, user }: Scene): Promise<Company> {
  const { database, tokenFor } = gateway;
  const [boss, worker, fellow] = [await user(), await user(), await user()];
  const id = await org({ admins: [boss], members: [worker, fellow] });
  const workspace = await aWorkspace(database, id, `w-${uuidv7()}`);
  await aWorkspaceMember(database, workspace, worker);
  const person = (each: string): Person => ({ id: each, token: tokenFor(each) });
  return { org: id, workspace, boss: person(boss), worker: person(worker), fellow: person(fellow) };
}

export const anonymous: StatusCase = {
  status: 401,
  when: 'without a token',
  call: () => ({ params: { user_id: nobody } }),
  says: { error: 'AUTHENTICATION_FAILED', status_code: 401 },
};

/** A refusal that names what is missing. */
export const forbidden = (when: string, required_permission: string, call: StatusCase['call']): StatusCase => ({
  status: 403,
  when,
  call,
  says: { error: 'FORBIDDEN', status_code: 403, details: { required_permission } },
});

export const notFound = (when: string, resource_type: string, call: StatusCase['call']): StatusCase => ({
  status: 404,
  when,
  call,
  says: { error: 'RESOURCE_NOT_FOUND', status_code: 404, details: { resource_type } },
});

export const broken = (call: StatusCase['call']): StatusCase => ({
  status: 500,
  when: 'for a defect of ours',
  call,
  broken: true,
  says: { error: 'INTERNAL_SERVER_ERROR', status_code: 500 },
});

let count = 0;
/** The body of a new user, whom nobody is yet. */
export function aNewcomer(values: object = {}) {
  count += 1;
  return { email: `new${count}@acme.example`, username: `new${count}`, password: 'correct horse battery', ...values };
}

const everyField = {
  full_name: 'Ada Lovelace',
  avatar_url: 'https://acme.example/ada.png',
  bio: 'Writes programs.',
  timezone: 'Europe/London',
  locale: 'en-GB',
  preferences: { theme: 'dark' },
  settings: { beta: true },
};

const on = (id: string, more: object = {}) => ({ params: { user_id: id }, ...more });
/** Someone whom the caller shares nothing with. */
const outsider = async (scene: Scene): Promise<string> => aUser(scene.gateway.database);

/** The operations of /v1 on users. */
export const v1UserCases: Readonly<Record<string, readonly StatusCase[]>> = {
  get_v1_users: [
    {
      status: 200,
      when: 'to a member of the workspace',
      call: async (scene) => {
        const { worker, workspace } = await aCompany(scene);
        return { token: worker.token, query: { workspace_id: workspace, limit: 1 } };
      },
      says: { total: 1, has_more: false, next_cursor: null, users: [{ is_active: true }] },
    },
    {
      status: 200,
      when: 'to an admin of the org, who is not in the workspace',
      call: async (scene) => {
        const { boss, workspace } = await aCompany(scene);
        return { token: boss.token, query: { workspace_id: workspace } };
      },
      says: { total: 1 },
    },
    {
      status: 200,
      when: 'with platform.users.list alone',
      call: async (scene) => ({
        token: (await scene.holderOf('platform.users.list')).token,
        query: { workspace_id: (await aCompany(scene)).workspace },
      }),
      says: { total: 1 },
    },
    anonymous,
    forbidden('to a member of the org who is not in the workspace', 'users:list', async (scene) => {
      const { fellow, workspace } = await aCompany(scene);
      return { token: fellow.token, query: { workspace_id: workspace } };
    }),
    notFound('to who is not in the org', 'workspace', async (scene) => ({
      token: scene.stranger.token,
      query: { workspace_id: (await aCompany(scene)).workspace },
    })),
    notFound('for a workspace that there is not', 'workspace', byAdmin({ query: { workspace_id: nobody } })),
    invalid('without a workspace', ['query', 'workspace_id'], {}),
    invalid('for more than 200 rows', ['query', 'limit'], { query: { workspace_id: nobody, limit: 201 } }),
    invalid('for a cursor that is none', ['query', 'cursor'], async (scene) => ({
      query: { workspace_id: (await aCompany(scene)).workspace, cursor: 'x' },
    })),
    broken(async (scene) => {
      const { worker, workspace } = await aCompany(scene);
      return { token: worker.token, query: { workspace_id: workspace } };
    }),
  ],
  post_v1_users: [
    {
      status: 201,
      when: 'to an admin of the org',
      call: async (scene) => ({ token: (await aCompany(scene)).boss.token, body: aNewcomer({ full_name: 'Ada Lovelace' }) }),
      says: { is_active: true, is_verified: false, full_name: 'Ada Lovelace', roles: [], preferences: {}, auth_provider: 'local' },
    },
    {
      status: 201,
      when: 'with platform.users.create alone',
      call: async (scene) => ({ token: (await scene.holderOf('platform.users.create')).token, body: aNewcomer({ full_name: null }) }),
      says: { is_active: true, full_name: null },
    },
    anonymous,
    forbidden('to a member who is no admin', 'users:create', async (scene) => ({
      token: (await aCompany(scene)).worker.token,
      body: aNewcomer(),
    })),
    forbidden('to who belongs to no org', 'users:create', async (scene) => ({
      token: scene.gateway.tokenFor(await scene.user()),
      body: aNewcomer(),
    })),
    notFound('for an org of others', 'org', async (scene) => ({
      token: (await aCompany(scene)).boss.token,
      body: aNewcomer({ org_id: (await aCompany(scene)).org }),
    })),
    invalid('for a password of seven characters', ['body', 'password'], { body: aNewcomer({ password: '1234567' }) }),
    invalid('for a password that everybody has', ['body', 'password'], { body: aNewcomer({ password: 'Password123' }) }),
    invalid('for an email that is none', ['body', 'email'], { body: aNewcomer({ email: 'ada' }) }),
    invalid('for an email that another user has, in other letters', ['body', 'email'], async (scene) => {
      await scene.user({ email: 'twin@acme.example' });
      return { body: aNewcomer({ email: 'Twin@Acme.example' }) };
    }),
    invalid('for a username that another user has, in other letters', ['body', 'username'], async ({ call, admin }) => {
      const newcomer = aNewcomer();
      await call('post_v1_users', { token: admin.token, body: newcomer });
      return { body: aNewcomer({ username: newcomer.username.toUpperCase() }) };
    }),
    invalid('where the caller is an admin of several orgs and names none', ['body', 'org_id'], async (scene) => {
      const { boss } = await aCompany(scene);
      await scene.org({ admins: [boss.id] });
      return { token: boss.token, body: aNewcomer() };
    }),
    broken(byAdmin(() => ({ body: aNewcomer() }))),
  ],
  get_v1_users_user_id: [
    { status: 200, when: 'of oneself', call: ({ stranger }) => ({ token: stranger.token, ...on(stranger.id) }) },
    {
      status: 200,
      when: 'of a fellow member of the org',
      call: async (scene) => {
        const { worker, fellow } = await aCompany(scene);
        return { token: fellow.token, ...on(worker.id) };
      },
    },
    {
      status: 200,
      when: 'of a fellow member of the named workspace',
      call: async (scene) => {
        const { worker, workspace } = await aCompany(scene);
        const other = await scene.user();
        const { database, tokenFor } = scene.gateway;
        await aMembership(database, await orgOf(scene, workspace), other);
        await aWorkspaceMember(database, workspace, other, 'viewer');
        return { token: tokenFor(other), ...on(worker.id), query: { workspace_id: workspace } };
      },
    },
    {
      status: 200,
      when: 'with platform.users.read alone',
      call: async (scene) => ({ token: (await scene.holderOf('platform.users.read')).token, ...on(scene.stranger.id) }),
    },
    anonymous,
    forbidden('to a platform admin who may not', 'users:read', async (scene) => ({
      token: (await scene.holderOfAllBut('platform.users.read')).token,
      ...on(scene.stranger.id),
    })),
    forbidden('to a member of the org who is not in the named workspace', 'users:read', async (scene) => {
      const { fellow, worker, workspace } = await aCompany(scene);
      return { token: fellow.token, ...on(worker.id), query: { workspace_id: workspace } };
    }),
    notFound('of someone in another org', 'user', async (scene) => ({
      token: (await aCompany(scene)).boss.token,
      ...on((await aCompany(scene)).worker.id),
    })),
    notFound('of a member of the org who is not in the named workspace', 'user', async (scene) => {
      const { fellow, worker, workspace } = await aCompany(scene);
      return { token: worker.token, ...on(fellow.id), query: { workspace_id: workspace } };
    }),
    notFound('for an id that no user has', 'user', byAdmin(on(nobody))),
    invalid('for an id that is no UUID', ['path', 'user_id'], on('ada')),
    invalid('for a workspace that is no UUID', ['query', 'workspace_id'], on(nobody, { query: { workspace_id: 'w' } })),
    broken(({ stranger }) => ({ token: stranger.token, ...on(stranger.id) })),
  ],
  put_v1_users_user_id: [
    {
      status: 200,
      when: 'of oneself',
      call: async (scene) => {
        const { worker, workspace } = await aCompany(scene);
        const body = { ...everyField, email: 'ada.self@acme.example', username: 'ada.self', default_workspace_id: workspace };
        return { token: worker.token, ...on(worker.id), body };
      },
      says: { ...everyField, email: 'ada.self@acme.example', username: 'ada.self', is_verified: false },
    },
    {
      status: 200,
      when: 'of a member of the org, to its admin',
      call: async (scene) => {
        const { boss, worker } = await aCompany(scene);
        return { token: boss.token, ...on(worker.id), body: { bio: 'New here.', email: null, username: null, preferences: null } };
      },
      says: { bio: 'New here.' },
    },
    {
      status: 200,
      when: 'with platform.users.update alone',
      call: async (scene) => ({
        token: (await scene.holderOf('platform.users.update')).token,
        ...on(await scene.user()),
        body: { locale: 'fr' },
      }),
      says: { locale: 'fr' },
    },
    anonymous,
    forbidden('of a fellow member, to who is no admin', 'users:update', async (scene) => {
      const { worker, fellow } = await aCompany(scene);
      return { token: worker.token, ...on(fellow.id), body: { bio: 'Mine now.' } };
    }),
    forbidden('of the email of a user who belongs to another org, too', 'users:update', async (scene) => {
      const { boss, worker } = await aCompany(scene);
      await scene.org({ members: [worker.id] });
      return { token: boss.token, ...on(worker.id), body: { email: 'taken.over@acme.example' } };
    }),
    notFound('of someone in another org', 'user', async (scene) => ({
      token: (await aCompany(scene)).boss.token,
      ...on((await aCompany(scene)).worker.id),
      body: { bio: 'Mine now.' },
    })),
    notFound('for an id that no user has', 'user', byAdmin(on(nobody, { body: {} }))),
    invalid('for an email that another user has', ['body', 'email'], async (scene) => {
      await scene.user({ email: 'taken.put@acme.example' });
      return { token: scene.stranger.token, ...on(scene.stranger.id), body: { email: 'Taken.Put@acme.example' } };
    }),
    invalid('for a workspace that the user is not in', ['body', 'default_workspace_id'], async (scene) => {
      const { fellow, workspace } = await aCompany(scene);
      return { token: fellow.token, ...on(fellow.id), body: { default_workspace_id: workspace } };
    }),
    invalid('for preferences that are no object', ['body', 'preferences'], on(nobody, { body: { preferences: [] } })),
    broken(({ stranger }) => ({ token: stranger.token, ...on(stranger.id), body: { bio: 'Well.' } })),
  ],
  delete_v1_users_user_id: [
    {
      status: 204,
      when: 'of a member of the org and of no other, to its admin',
      call: async (scene) => {
        const { boss, worker } = await aCompany(scene);
        return { token: boss.token, ...on(worker.id) };
      },
    },
    {
      status: 204,
      when: 'with platform.users.delete alone',
      call: async (scene) => ({ token: (await scene.holderOf('platform.users.delete')).token, ...on(await scene.user()) }),
    },
    anonymous,
    forbidden('of a fellow member, to who is no admin', 'users:delete', async (scene) => {
      const { worker, fellow } = await aCompany(scene);
      return { token: worker.token, ...on(fellow.id) };
    }),
    forbidden('of a user who belongs to another org, too', 'users:delete', async (scene) => {
      const { boss, worker } = await aCompany(scene);
      await scene.org({ members: [worker.id] });
      return { token: boss.token, ...on(worker.id) };
    }),
    forbidden('of a platform admin, to an admin of their org', 'users:delete', async (scene) => {
      const { boss, org } = await aCompany(scene);
      const { id } = await scene.holderOf();
      await aMembership(scene.gateway.database, org, id);
      return { token: boss.token, ...on(id) };
    }),
    notFound('of someone in another org', 'user', async (scene) => ({
      token: (await aCompany(scene)).boss.token,
      ...on(await outsider(scene)),
    })),
    notFound('for a user who was deleted', 'user', async (scene) => {
      const { boss, worker } = await aCompany(scene);
      await scene.call('delete_v1_users_user_id', { token: boss.token, ...on(worker.id) });
      return byAdmin(on(worker.id))(scene);
    }),
    invalid('for an id that is no UUID', ['path', 'user_id'], on('ada')),
    invalid('for oneself', ['path', 'user_id'], ({ admin }) => on(admin.id)),
    broken(byAdmin(async (scene) => on(await scene.user()))),
  ],
};

async function orgOf(scene: Scene, workspaceId: string): Promise<string> {
  const { public_id } = await scene.gateway.database.db
    .selectFrom('orgs as o')
    .innerJoin('workspaces as w', 'w.org_id', 'o.id')
    .select('o.public_id')
    .where('w.public_id', '=', workspaceId)
    .executeTakeFirstOrThrow();
  return public_id;
}
