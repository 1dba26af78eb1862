import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { aKeyOf } from '../access/callers.js';
import { aScene, type Scene } from '../contract/scene.js';
import { aCompany, aNewcomer, type Company } from '../contract/v1UserCases.js';
import { aMembership, aUser, aWorkspaceMember, theOnlyLastingAdmin } from '../support/builders.js';
import { adminEmail } from '../support/fixtures.js';

let scene: Scene;
beforeAll(async () => {
  scene = await aScene();
});
afterAll(() => scene.close());

const signIn =
  'mutation ($email: EmailAddress!, $password: String!) { login(input: { email: $email, password: $password }) { accessToken } }';

async function login(email: string, password: string): Promise<string | undefined> {
  const { data } = await scene.gateway.graphql<{ login: { accessToken: string } }, object>(signIn, { email, password });
  return data?.login.accessToken;
}

async function lastEntry() {
  return (await scene.entries()).at(-1);
}

const remove = (token: string, id: string) => scene.call('delete_v1_users_user_id', { token, params: { user_id: id } });

describe('a user whom an admin of an org makes', () => {
  it('signs in with the password that was set, and belongs to the org', async () => {
    const { boss, org } = await aCompany(scene);
    const newcomer = aNewcomer({ full_name: 'Ada Lovelace' });
    const { body } = await scene.call('post_v1_users', { token: boss.token, body: newcomer });
    const entry = await lastEntry();
    expect(entry).toMatchObject({ action: 'user.create', actor_id: boss.id, resource_id: body.user_id, org_id: org });

    const token = await login(newcomer.email.toUpperCase(), newcomer.password);
    const { data } = await scene.gateway.graphql<{ me: { displayName: string; orgMemberships: object[] } }, object>(
      '{ me { displayName orgMemberships { orgId status } } }',
      {},
      { token },
    );
    expect(data?.me).toEqual({ displayName: 'Ada Lovelace', orgMemberships: [{ orgId: org, status: 'ACTIVE' }] });
  });

  it('leaves no trace of the password in the answer, the log and the trail', async () => {
    const { boss } = await aCompany(scene);
    const password = 'a horse that nobody knows';
    const { body } = await scene.call('post_v1_users', { token: boss.token, body: aNewcomer({ password }) });
    const kept = await scene.gateway.database.db.selectFrom('audit_outbox').selectAll().execute();
    expect(JSON.stringify([body, kept]) + scene.gateway.logs()).not.toContain(password);
    expect(JSON.stringify(kept)).not.toContain('argon2');
  });

  it('may share a name with nobody, even where two make them at once', async () => {
    const { boss } = await aCompany(scene);
    const newcomer = aNewcomer();
    const answers = await Promise.all([1, 2, 3, 4].map(() => scene.call('post_v1_users', { token: boss.token, body: newcomer })));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 422, 422, 422]);
  });
});

describe('a user who changes themselves', () => {
  it('gives themselves no role', async () => {
    const { worker } = await aCompany(scene);
    const { errors } = await scene.gateway.graphql(
      'mutation ($id: UUID!) { updateUser(id: $id, input: { roles: ["billing"] }) { user { id } } }',
      { id: worker.id },
      worker,
    );
    expect(errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN', requiredPermission: 'platform.users.update' });
  });

  it('does not change the email with an API key, which anyone may have found', async () => {
    const { worker } = await aCompany(scene);
    const key = await aKeyOf(scene.gateway, worker.id, []);
    const put = (body: object) => scene.call('put_v1_users_user_id', { ...key, params: { user_id: worker.id }, body });
    expect((await put({ bio: 'By a program.' })).status).toBe(200);
    const { status, body } = await put({ email: 'thief@acme.example' });
    expect({ status, details: body.details }).toEqual({ status: 403, details: { required_permission: 'session' } });
  });

  it('replaces preferences as a whole', async () => {
    const { worker } = await aCompany(scene);
    const put = (preferences: object) =>
      scene.call('put_v1_users_user_id', { token: worker.token, params: { user_id: worker.id }, body: { preferences } });
    await put({ theme: 'dark', size: 2 });
    expect((await put({ theme: 'light' })).body.preferences).toEqual({ theme: 'light' });
  });
});

describe('a user who is deleted', () => {
  let company: Company;
  let email: string;
  let token: string | undefined;
  let key: { token?: string };
  beforeAll(async () => {
    company = await aCompany(scene);
    const newcomer = aNewcomer();
    email = newcomer.email;
    const { body } = await scene.call('post_v1_users', { token: company.boss.token, body: newcomer });
    await aWorkspaceMember(scene.gateway.database, company.workspace, body.user_id);
    token = await login(email, newcomer.password);
    key = await aKeyOf(scene.gateway, body.user_id, []);
    expect((await scene.call('get_v1_users_me', key)).status).toBe(200);

    expect((await remove(company.boss.token, body.user_id)).status).toBe(204);
    expect(await lastEntry()).toMatchObject({ action: 'user.delete', resource_id: body.user_id, resource_display_id: email });
  });

  it('is refused with every credential, from the next request on', async () => {
    expect((await scene.call('get_v1_users_me', { token })).status).toBe(401);
    expect((await scene.call('get_v1_users_me', key)).status).toBe(401);
    expect(await login(email, 'correct horse battery')).toBeUndefined();
  });

  it('is in no list', async () => {
    const { body } = await scene.call('get_v1_users', { token: company.worker.token, query: { workspace_id: company.workspace } });
    expect(body).toMatchObject({ total: 1, users: [{ user_id: company.worker.id }] });
    const lists = `query ($org: UUID!, $search: String!) {
      users(filter: { search: $search }) { totalCount } orgMembers(orgId: $org, filter: { search: $search }) { totalCount } org(id: $org) { memberCount } }`;
    const { data } = await scene.gateway.graphql(lists, { org: company.org, search: email }, scene.admin);
    expect(data).toEqual({ users: { totalCount: 0 }, orgMembers: { totalCount: 0 }, org: { memberCount: 3 } });
  });

  it('frees the email and the username', async () => {
    const again = aNewcomer({ email: email.toUpperCase() });
    const username = email.replace(/@.*/, '');
    const { status } = await scene.call('post_v1_users', { token: company.boss.token, body: { ...again, username } });
    expect(status).toBe(201);
  });

  it('stays in the trail', async () => {
    const entries = await scene.entries();
    expect(entries.filter((entry) => entry.resource_display_id === email).map((entry) => entry.action)).toContain('user.create');
  });
});

it('a deletion passes on what the user alone owned', async () => {
  const { boss, fellow, worker, workspace } = await aCompany(scene);
  await aWorkspaceMember(scene.gateway.database, workspace, fellow.id, 'owner');
  expect((await remove(boss.token, fellow.id)).status).toBe(204);
  const query = 'query ($id: UUID!) { workspace(id: $id) { members { nodes { userId role } } } }';
  expect((await scene.gateway.graphql(query, { id: workspace }, boss)).data).toEqual({
    workspace: { members: { nodes: [{ userId: worker.id, role: 'OWNER' }] } },
  });
  const actions = (await scene.entries()).slice(-3).map((entry) => entry.action);
  expect(actions.sort()).toEqual(['user.delete', 'workspace_member.remove', 'workspace_member.update']);
});

describe('a deletion that is refused', () => {
  it('is that of the last lasting admin, even where it is asked for twice at once', async () => {
    const other = await aScene();
    try {
      const deleter = await other.holderOf('platform.users.delete');
      await theOnlyLastingAdmin(other.gateway.database, other.admin.id);
      const call = { token: deleter.token, params: { user_id: other.admin.id } };
      const answers = await Promise.all([call, call].map((each) => other.call('delete_v1_users_user_id', each)));
      expect(answers.map(({ status }) => status)).toEqual([422, 422]);
      const { data } = await other.gateway.graphql<{ me: { email: string } }, object>('{ me { email } }', {}, other.admin);
      expect(data?.me.email).toBe(adminEmail);
    } finally {
      await other.close();
    }
  });

  it('is that of a user who joins another org while it is under way', async () => {
    const { boss, worker } = await aCompany(scene);
    const elsewhere = await scene.org();
    const { db } = scene.gateway.database;
    const deletion = await db.transaction().execute(async (tx) => {
      await aMembership({ ...scene.gateway.database, db: tx }, elsewhere, worker.id);
      const answer = remove(boss.token, worker.id);
      await untilSomeoneWaits();
      return { answer };
    });
    const { status, body } = await deletion.answer;
    expect({ status, details: body.details }).toEqual({ status: 403, details: { required_permission: 'users:delete' } });
  });
});

/** Until a statement of another transaction waits for a row's lock. */
async function untilSomeoneWaits(): Promise<void> {
  for (;;) {
    const { rows } = await sql<{ waiting: boolean }>`select exists (
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock') as waiting`.execute(
      scene.gateway.database.db,
    );
    if (rows[0]?.waiting) return;
  }
}

describe('two users who want one name', () => {
  it('are told which', async () => {
    const { worker } = await aCompany(scene);
    await aUser(scene.gateway.database, { email: 'first@acme.example' });
    const { errors } = await scene.gateway.graphql(
      'mutation ($id: UUID!) { updateUser(id: $id, input: { email: "FIRST@acme.example" }) { user { id } } }',
      { id: worker.id },
      worker,
    );
    expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', field: 'email' });
  });
});
