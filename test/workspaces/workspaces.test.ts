import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anAdmin } from '../access/callers.js';
import { aMembership, anOrg, anOrgAccess, aUser, aWorkspace, aWorkspaceMember } from '../support/builders.js';
import { type Caller, type TestGateway, testGateway } from '../support/gateway.js';
import { act, aWorkplace, type Role, rolesIn } from './place.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

const as = (userId = ''): Caller => ({ token: gateway.tokenFor(userId) });

async function ran<T>(query: string, variables: object, caller: Caller): Promise<T> {
  const { data, errors } = await gateway.graphql<T, object>(query, variables, caller);
  expect(errors).toEqual([]);
  if (!data) throw new Error('No data.');
  return data;
}

async function refusal(query: string, variables: object, caller: Caller): Promise<unknown> {
  const { errors } = await gateway.graphql<unknown, object>(query, variables, caller);
  return errors[0]?.extensions;
}

/** The latest entries of the trail on workspaces and their members, the latest first, with what they keep. */
async function entries(count: number) {
  const rows = await gateway.database.db
    .selectFrom('platform_audit_log as l')
    .leftJoin('audit_outbox as o', 'o.entry_id', 'l.id')
    .select(['l.action', 'l.actor_id', 'l.changed_fields', 'l.org_id', 'l.resource_id', 'o.before', 'o.after'])
    .orderBy('l.created_at', 'desc')
    .orderBy('l.id', 'desc')
    .limit(count)
    .execute();
  return rows;
}

const create = `mutation ($orgId: UUID!, $input: CreateWorkspaceInput!) {
  createWorkspace(orgId: $orgId, input: $input) { workspace { id name slug version memberCount members { nodes { userId role addedBy } } } } }`;

describe('a workspace', () => {
  it('is made by an admin of the org, changed, and archived', async () => {
    const [boss, ann] = [await aUser(gateway.database), await aUser(gateway.database)];
    const orgId = await anOrg(gateway.database, { admins: [boss], members: [ann] });
    const input = { name: 'Research', slug: 'research', description: 'Finds out.' };
    type Made = { createWorkspace: { workspace: { id: string } } };
    const made = await ran<Made>(create, { orgId, input }, as(boss));
    const { id } = made.createWorkspace.workspace;
    expect(made.createWorkspace.workspace).toEqual({
      id,
      name: 'Research',
      slug: 'research',
      version: 1,
      memberCount: 1,
      members: { nodes: [{ userId: boss, role: 'OWNER', addedBy: boss }] },
    });
    expect(await entries(2)).toMatchObject([
      {
        action: 'workspace_member.add',
        actor_id: boss,
        org_id: orgId,
        resource_id: `${id}/${boss}`,
        before: null,
        after: { workspaceId: id, userId: boss, role: 'owner', version: 1 },
      },
      {
        action: 'workspace.create',
        resource_id: id,
        org_id: orgId,
        after: { name: 'Research', slug: 'research', description: 'Finds out.' },
      },
    ]);

    const update =
      'mutation ($id: UUID!, $input: UpdateWorkspaceInput!) { updateWorkspace(id: $id, input: $input) { workspace { name description version } } }';
    expect(await ran(update, { id, input: { baseVersion: 1, name: 'Discovery', description: null } }, as(boss))).toEqual({
      updateWorkspace: { workspace: { name: 'Discovery', description: null, version: 2 } },
    });
    expect(await entries(1)).toMatchObject([{ action: 'workspace.update', changed_fields: ['name', 'description', 'version'] }]);
    expect(await refusal(update, { id, input: { baseVersion: 1, name: 'Late' } }, as(boss))).toMatchObject({
      code: 'CONFLICT',
      currentVersion: 2,
    });
    expect(await refusal(update, { id, input: { baseVersion: 2, name: null } }, as(boss))).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(await refusal(update, { id, input: { baseVersion: 2, slug: 'No Slug' } }, as(boss))).toMatchObject({ code: 'BAD_USER_INPUT' });
    expect(await refusal(create, { orgId, input }, as(boss))).toMatchObject({ code: 'CONFLICT', field: 'slug' });
    expect(await refusal(create, { orgId, input }, as(ann))).toMatchObject({ code: 'FORBIDDEN', requiredPermission: 'workspaces:create' });

    const archive = 'mutation ($id: UUID!, $v: Int) { archiveWorkspace(id: $id, baseVersion: $v) { workspace { archivedAt version } } }';
    expect(await refusal(archive, { id, v: 1 }, as(boss))).toMatchObject({ code: 'CONFLICT', currentVersion: 2 });
    expect(await ran(archive, { id, v: 2 }, as(boss))).toEqual({
      archiveWorkspace: { workspace: { archivedAt: expect.any(String), version: 3 } },
    });
    expect(await entries(1)).toMatchObject([{ action: 'workspace.archive', changed_fields: ['archivedAt', 'version'] }]);

    // It leaves the lists, its slug is free, and it stays as it is.
    const lists =
      'query ($id: UUID!) { org(id: $id) { live: workspaces { nodes { id } } old: workspaces(filter: { isArchived: true }) { nodes { id } } } }';
    expect(await ran(lists, { id: orgId }, as(ann))).toEqual({ org: { live: { nodes: [] }, old: { nodes: [{ id }] } } });
    expect(await ran('{ me { workspaceMemberships { workspaceId } } }', {}, as(boss))).toEqual({ me: { workspaceMemberships: [] } });
    expect(await act(gateway, 'add', { workspaceId: id, userId: ann, role: 'MEMBER' }, as(boss))).toBe('CONFLICT');
    expect(await act(gateway, 'remove', { workspaceId: id, userId: boss }, as(boss))).toBe('CONFLICT');
    expect(await refusal(archive, { id }, as(boss))).toMatchObject({ code: 'CONFLICT' });
    await ran(create, { orgId, input }, as(boss));
  });

  it('is made by a platform admin with access to the org, for an owner who is a member of it', async () => {
    const ann = await aUser(gateway.database);
    const orgId = await anOrg(gateway.database, { members: [ann] });
    const [near, far] = await Promise.all([orgId, undefined].map((org) => anAdmin(gateway, ['platform.orgs.update'], org)));
    const input = { name: 'Care', slug: 'care' };
    expect(await refusal(create, { orgId, input: { ...input, ownerId: ann } }, as(far))).toMatchObject({ code: 'FORBIDDEN' });
    expect(await refusal(create, { orgId, input }, as(near))).toMatchObject({
      code: 'BAD_USER_INPUT',
      issues: [{ path: ['input', 'ownerId'] }],
    });
    // What is inside is for those who may read it.
    const short =
      'mutation ($orgId: UUID!, $input: CreateWorkspaceInput!) { createWorkspace(orgId: $orgId, input: $input) { workspace { id } } }';
    type Made = { createWorkspace: { workspace: { id: string } } };
    const made = await ran<Made>(short, { orgId, input: { ...input, ownerId: ann } }, as(near));
    expect(await rolesIn(gateway, made.createWorkspace.workspace.id)).toEqual({ [ann]: 'owner' });
  });

  it('is found in the list of all by part of its name, of one org, in either order', async () => {
    const orgs = [await anOrg(gateway.database), await anOrg(gateway.database)];
    for (const orgId of orgs) for (const name of ['Zeta-100%', 'eta-100%']) await namedWorkspace(orgId, name);
    const list = `query ($filter: WorkspaceFilter, $orderBy: WorkspaceOrder) {
      workspaces(filter: $filter, orderBy: $orderBy) { totalCount nodes { name orgId org { id } } } }`;
    const ask = (filter: object, orderBy: object = { field: 'NAME' }) =>
      ran<{ workspaces: { totalCount: number; nodes: { name: string; orgId: string; org: { id: string } }[] } }>(
        list,
        { filter, orderBy },
        { token: gateway.adminToken },
      );
    const names = async (...asked: Parameters<typeof ask>) => (await ask(...asked)).workspaces.nodes.map(({ name }) => name);
    expect((await ask({ search: 'ETA-100%' })).workspaces.totalCount).toBe(4);
    expect(await names({ search: 'zeta-100%' })).toEqual(['Zeta-100%', 'Zeta-100%']);
    expect(await names({ search: 'ta-1_0' })).toEqual([]);
    expect(await names({ orgId: orgs[0] })).toEqual(['eta-100%', 'Zeta-100%']);
    expect(await names({ orgId: orgs[0] }, { field: 'CREATED_AT', direction: 'DESC' })).toEqual(['eta-100%', 'Zeta-100%']);
    const { nodes } = (await ask({ orgId: orgs[1] })).workspaces;
    expect(nodes.map(({ orgId, org }) => [orgId, org.id])).toEqual([orgs[1], orgs[1]].map((id) => [id, id]));
  });
});

async function namedWorkspace(orgId: string, name: string): Promise<void> {
  const id = await aWorkspace(gateway.database, orgId, `W-${crypto.randomUUID()}`);
  await gateway.database.db.updateTable('workspaces').set({ name }).where('public_id', '=', id).execute();
}

describe('what may be seen of a workspace', () => {
  const around = `query ($id: UUID!) { workspace(id: $id) { name org { name members { nodes { displayName } } }
    members { nodes { role user { email } workspace { name org { workspaces { nodes { name } } } } } } } }`;

  it('is all of it for a member, by every way round', async () => {
    const { orgId, workspaceId, users } = await aWorkplace(gateway, 'viewer');
    const seen = await ran<{ workspace: object }>(around, { id: workspaceId }, as(users[0]));
    expect(seen.workspace).toMatchObject({
      name: 'Research',
      org: { members: { nodes: [{}] } },
      members: { nodes: [{ role: 'VIEWER', workspace: { name: 'Research', org: { workspaces: { nodes: [{ name: 'Research' }] } } } }] },
    });
    const own = '{ me { workspaceMemberships { role workspace { id org { id } } } } node: viewer { user { id } } }';
    expect(await ran(own, {}, as(users[0]))).toMatchObject({
      me: { workspaceMemberships: [{ role: 'VIEWER', workspace: { id: workspaceId, org: { id: orgId } } }] },
    });
  });

  it('is the workspace without its members for who is in the org alone', async () => {
    const { orgId, workspaceId } = await aWorkplace(gateway, 'owner');
    const colleague = await aUser(gateway.database);
    await aMembership(gateway.database, orgId, colleague);
    expect(await ran('query ($id: UUID!) { workspace(id: $id) { name memberCount } }', { id: workspaceId }, as(colleague))).toEqual({
      workspace: { name: 'Research', memberCount: 1 },
    });
    const inside = 'query ($id: UUID!) { workspace(id: $id) { members { nodes { userId } } } }';
    expect(await refusal(inside, { id: workspaceId }, as(colleague))).toMatchObject({
      code: 'FORBIDDEN',
      requiredPermission: 'workspace_members:list',
    });
  });

  it('is nothing for anyone else, as if it never was', async () => {
    const { workspaceId } = await aWorkplace(gateway, 'owner');
    const { users } = await aWorkplace(gateway, 'owner');
    const never = '01890a5d-ac96-774b-bcce-b302099a8057';
    const ways = [
      'query ($id: UUID!) { workspace(id: $id) { name } }',
      'query ($id: ID!) { node(id: $id) { id } }',
      'query ($id: UUID!) { workspaceMembers(workspaceId: $id) { totalCount } }',
      'mutation ($id: UUID!) { archiveWorkspace(id: $id) { workspace { id } } }',
    ];
    for (const way of ways) {
      const answers = [];
      for (const id of [workspaceId, workspaceId.toUpperCase(), never]) {
        const { data, errors } = await gateway.graphql<object, object>(way, { id }, as(users[0]));
        const said = errors.map(({ message, extensions }) => ({ message, extensions }));
        answers.push(
          JSON.stringify({ data, said })
            .replace(new RegExp(id, 'gi'), 'the id')
            .replace(/"traceId":"\w+"/, ''),
        );
      }
      expect(new Set(answers).size).toBe(1);
    }
  });

  it('ends with the membership of the org: suspended, and the org with it', async () => {
    const { orgId, workspaceId, users } = await aWorkplace(gateway, 'owner');
    const ask = () =>
      refusal('query ($id: UUID!) { workspaceMembers(workspaceId: $id) { totalCount } }', { id: workspaceId }, as(users[0]));
    expect(await ask()).toBeUndefined();
    await gateway.database.db.updateTable('orgs').set({ status: 'suspended' }).where('public_id', '=', orgId).execute();
    expect(await ask()).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('who may change whom', () => {
  const ranks: readonly Role[] = ['viewer', 'member', 'admin', 'owner'];
  const acts = ranks.flatMap((own) => ranks.flatMap((target) => ranks.map((to) => ({ own, target, to }))));
  const rank = (role: Role) => ranks.indexOf(role);

  it('is decided by both roles: of everyone who changes everyone to everything', async () => {
    for (const { own, target, to } of acts) {
      const { workspaceId, users } = await aWorkplace(gateway, 'owner', own, target);
      const code = await act(gateway, 'change', { workspaceId, userId: users[2] ?? '', role: to.toUpperCase() }, as(users[1]));
      const may = rank(own) >= rank('admin') && rank(target) <= rank(own) && rank(to) <= rank(own);
      expect({ own, target, to, code }).toEqual({ own, target, to, code: may ? undefined : 'FORBIDDEN' });
      expect((await rolesIn(gateway, workspaceId))[users[2] ?? '']).toBe(may ? to : target);
    }
  });

  it('is decided by both roles: of everyone who removes everyone, and anyone may leave', async () => {
    for (const own of ranks) {
      for (const target of ranks) {
        const { workspaceId, users } = await aWorkplace(gateway, 'owner', own, target);
        const code = await act(gateway, 'remove', { workspaceId, userId: users[2] ?? '' }, as(users[1]));
        const may = rank(own) >= rank('admin') && rank(target) <= rank(own);
        expect({ own, target, code }).toEqual({ own, target, code: may ? undefined : 'FORBIDDEN' });
        expect(await act(gateway, 'remove', { workspaceId, userId: users[1] ?? '' }, as(users[1]))).toBeUndefined();
      }
    }
  });

  it('is everyone for an admin of the org, and nobody for one of another', async () => {
    const [boss, other] = [await aUser(gateway.database), await aUser(gateway.database)];
    const { orgId, workspaceId, users } = await aWorkplace(gateway, 'owner', 'owner');
    await aMembership(gateway.database, orgId, boss, { roleHint: 'admin' });
    await anOrg(gateway.database, { admins: [other] });
    const demote = { workspaceId, userId: users[0] ?? '', role: 'VIEWER' };
    expect(await act(gateway, 'change', demote, as(other))).toBe('NOT_FOUND');
    expect(await act(gateway, 'change', demote, as(boss))).toBeUndefined();
    expect(await act(gateway, 'add', { workspaceId, userId: boss, role: 'OWNER' }, as(boss))).toBeUndefined();
  });

  it('is everyone for a platform admin who may change orgs, in those that they have access to', async () => {
    const { orgId, workspaceId, users } = await aWorkplace(gateway, 'owner', 'member');
    const admin = await anAdmin(gateway, ['platform.orgs.update']);
    const promote = { workspaceId, userId: users[1] ?? '', role: 'OWNER' };
    expect(await act(gateway, 'change', promote, as(admin))).toBe('FORBIDDEN');
    await anOrgAccess(gateway.database, admin, orgId);
    expect(await act(gateway, 'change', promote, as(admin))).toBeUndefined();
    expect(await entries(1)).toMatchObject([
      {
        action: 'workspace_member.update',
        actor_id: admin,
        changed_fields: ['role', 'version'],
        before: { role: 'member', version: 1 },
        after: { role: 'owner', version: 2 },
      },
    ]);
  });
});

describe('the last owner', () => {
  it('is not replaced by one who can’t act', async () => {
    const { orgId, workspaceId, users } = await aWorkplace(gateway, 'owner');
    const absent = await aUser(gateway.database);
    await aMembership(gateway.database, orgId, absent, { status: 'suspended' });
    await aWorkspaceMember(gateway.database, workspaceId, absent, 'owner');
    expect(await act(gateway, 'remove', { workspaceId, userId: users[0] ?? '' }, as(users[0]))).toBe('CONFLICT');
    // Their own place may go: they are not the one who is needed.
    expect(await act(gateway, 'remove', { workspaceId, userId: absent }, as(users[0]))).toBeUndefined();
  });

  it('who leaves the org leaves the workspace to who stands highest, and was there first', async () => {
    const { orgId, workspaceId, users } = await aWorkplace(gateway, 'owner', 'member', 'admin', 'admin');
    const [owner = '', member = '', heir = '', later = ''] = users;
    expect(await act(gateway, 'leaveOrg', { orgId, userId: owner }, as(owner))).toBeUndefined();
    expect(await rolesIn(gateway, workspaceId)).toEqual({ [member]: 'member', [heir]: 'owner', [later]: 'admin' });
    expect(await entries(3)).toMatchObject([
      { action: 'org_membership.remove', actor_id: owner, org_id: orgId, changed_fields: ['status', 'version'] },
      { action: 'workspace_member.remove', resource_id: `${workspaceId}/${owner}`, before: { role: 'owner' }, after: null },
      { action: 'workspace_member.update', resource_id: `${workspaceId}/${heir}`, before: { role: 'admin' }, after: { role: 'owner' } },
    ]);
    expect(await refusal('query ($id: UUID!) { org(id: $id) { name } }', { id: orgId }, as(owner))).toMatchObject({ code: 'NOT_FOUND' });
    expect(await act(gateway, 'leaveOrg', { orgId, userId: owner }, { token: gateway.adminToken })).toBe('NOT_FOUND');
  });

  it('who leaves the org as the last member leaves nobody', async () => {
    const { orgId, workspaceId, users } = await aWorkplace(gateway, 'owner');
    expect(await act(gateway, 'leaveOrg', { orgId, userId: users[0] ?? '' }, { token: gateway.adminToken })).toBeUndefined();
    expect(await rolesIn(gateway, workspaceId)).toEqual({});
  });
});

describe('the list of members on REST', () => {
  it('gives each member exactly once, while others come and go', async () => {
    const { orgId, workspaceId, users } = await aWorkplace(gateway, ...Array.from({ length: 23 }, (): Role => 'owner'));
    const [viewer = '', ...others] = users;
    const leaving = others.slice(10);
    const staying = [viewer, ...others.slice(0, 10)];
    const seen: string[] = [];
    let cursor = '';
    for (let page = 0; page < 50; page += 1) {
      const path = `/v1/orgs/${orgId}/workspaces/${workspaceId}/members?limit=3${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
      const { status, body } = await gateway.rest('GET', path, as(viewer));
      expect(status).toBe(200);
      expect(body.total).toBeGreaterThanOrEqual(staying.length);
      seen.push(...body.members.map((member: { user_id: string }) => member.user_id));
      expect(body.has_more).toBe(body.next_cursor !== null);
      if (body.next_cursor === null) break;
      cursor = body.next_cursor;
      // One comes; and one goes, the row of the cursor itself where it may.
      const newcomer = await aUser(gateway.database);
      await aMembership(gateway.database, orgId, newcomer);
      if (page < 5) expect(await act(gateway, 'add', { workspaceId, userId: newcomer, role: 'MEMBER' }, as(viewer))).toBeUndefined();
      const last = seen.at(-1) ?? '';
      const goes = leaving.includes(last) ? last : leaving[0];
      if (goes) {
        leaving.splice(leaving.indexOf(goes), 1);
        expect(await act(gateway, 'remove', { workspaceId, userId: goes }, as(viewer))).toBeUndefined();
      }
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => staying.includes(id)).sort()).toEqual([...staying].sort());
  });

  it('has 50 on a page, and 200 where it is asked to', async () => {
    const { orgId, workspaceId, users } = await aWorkplace(gateway, ...Array.from({ length: 60 }, (): Role => 'viewer'));
    const path = `/v1/orgs/${orgId}/workspaces/${workspaceId}/members`;
    const first = await gateway.rest('GET', path, as(users[0]));
    expect([first.body.members.length, first.body.total, first.body.has_more]).toEqual([50, 60, true]);
    const all = await gateway.rest('GET', `${path}?limit=200`, as(users[0]));
    expect([all.body.members.length, all.body.next_cursor]).toEqual([60, null]);
  });

  it('tags a member with their version, and compares it', async () => {
    const { orgId, workspaceId, users } = await aWorkplace(gateway, 'owner', 'member');
    const path = `/v1/orgs/${orgId}/workspaces/${workspaceId}/members/${users[1]}`;
    const changed = await gateway.rest('PATCH', path, { ...as(users[0]), body: { role: 'admin' } });
    expect([changed.status, changed.headers.get('etag')]).toEqual([200, '"2"']);
    const stale = await gateway.rest('DELETE', path, { ...as(users[0]), headers: { 'if-match': '"1"' } });
    const msg = 'The workspace member has changed: it is at version 2, and this change is based on 1.';
    expect(stale).toMatchObject({ status: 422, body: { detail: [{ loc: ['header', 'if-match'], msg, type: 'value_error' }] } });
    expect((await gateway.rest('DELETE', path, { ...as(users[0]), headers: { 'if-match': '"2"' } })).status).toBe(204);
  });
});

describe('many workspaces with their members', () => {
  it('take no more statements than one', async () => {
    const ann = await aUser(gateway.database);
    const orgId = await anOrg(gateway.database, { members: [ann] });
    const query =
      'query ($id: UUID!) { org(id: $id) { workspaces { nodes { org { name } members { totalCount nodes { user { email } workspace { name } } } } } } }';
    const cost = async () => {
      await ran(query, { id: orgId }, as(ann));
      const before = gateway.database.statements();
      await ran(query, { id: orgId }, as(ann));
      return gateway.database.statements() - before;
    };
    await aWorkspaceMember(gateway.database, await aWorkspace(gateway.database, orgId, 'First'), ann);
    const one = await cost();
    for (let i = 0; i < 12; i += 1) await aWorkspaceMember(gateway.database, await aWorkspace(gateway.database, orgId, `More-${i}`), ann);
    expect(await cost()).toBe(one);
  });
});
