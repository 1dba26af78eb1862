import { auditRollups } from '../../src/audit/counts/rollups.duty.js';
import { adminEmail, adminPassword } from '../support/fixtures.js';
import type { TestGateway } from '../support/gateway.js';

/** Ids of a few objects of each kind, all of them made through the API, by name. */
export type World = Readonly<Record<string, string>>;

/** Makes a platform in use: what the API makes, some of it changed, and its trail delivered and counted. */
export async function aWorld(gateway: TestGateway): Promise<World> {
  async function call(document: string, variables: object = {}): Promise<Record<string, Record<string, { id: string }>>> {
    const { data, errors } = await gateway.graphql<Record<string, Record<string, { id: string }>>, object>(document, variables, {
      token: gateway.adminToken,
    });
    if (!data || errors.length > 0) throw new Error(JSON.stringify(errors));
    return data;
  }
  const idOf = (data: Record<string, Record<string, { id: string }>>) => Object.values(Object.values(data)[0] ?? {})[0]?.id ?? '';

  const org = idOf(
    await call('mutation ($admin: UUID!) { createOrg(input: { name: "Acme", slug: "acme", adminUserId: $admin }) { org { id } } }', {
      admin: gateway.adminId,
    }),
  );
  await call('mutation ($org: UUID!) { updateOrg(id: $org, input: { baseVersion: 1, website: "https://acme.example" }) { org { id } } }', {
    org,
  });
  const users = [];
  for (const name of ['ann', 'bob']) {
    const input = { email: `${name}@test.example`, username: name, password: 'correct horse battery staple', orgId: org };
    users.push(idOf(await call('mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }', { input })));
  }
  const [user = '', left = ''] = users;
  const workspace = idOf(
    await call('mutation ($org: UUID!) { createWorkspace(orgId: $org, input: { name: "Lab", slug: "lab" }) { workspace { id } } }', {
      org,
    }),
  );
  await call(
    'mutation ($workspace: UUID!, $user: UUID!) { addWorkspaceMember(workspaceId: $workspace, input: { userId: $user, role: MEMBER }) { member { userId } } }',
    { workspace, user },
  );
  await call('mutation ($org: UUID!, $left: UUID!) { removeOrgMember(orgId: $org, userId: $left) { __typename } }', { org, left });
  const group = idOf(
    await call('mutation { createGroup(input: { name: "Readers", permissions: ["platform.orgs.list"] }) { group { id } } }'),
  );
  const partner = idOf(await call('mutation { createPartner(input: { name: "Globex", slug: "globex" }) { partner { id } } }'));
  const view = idOf(await call('mutation { createAuditView(input: { name: "Mine", filter: { search: "x" } }) { view { id } } }'));
  await call('mutation ($org: UUID!) { seedOrg(orgId: $org) { job { id } } }', { org });
  await call('mutation { updateSettings(input: { maxOrgsPerShard: 499 }) { settings { version } } }');
  await muchElse(call, { org, user, workspace, group, admin: gateway.adminId });
  await gateway.runDuty(auditRollups);

  const { schema_name: schema } = await gateway.database.db
    .selectFrom('orgs')
    .select('schema_name')
    .where('public_id', '=', org)
    .executeTakeFirstOrThrow();
  const [unknown, another] = ['01890a5d-ac96-774b-bcce-b302099a8057', '01890a5d-ac96-774b-bcce-b302099a8058'];
  return { org, user, workspace, group, partner, view, schema, unknown, another, admin: gateway.adminId };
}

type Call = (document: string, variables?: object) => Promise<Record<string, Record<string, { id: string }>>>;

/** Makes, changes and takes away one of each kind that the platform keeps, and makes again what can return. */
async function muchElse(
  call: Call,
  { org, user, workspace, group, admin }: Readonly<Record<'org' | 'user' | 'workspace' | 'group' | 'admin', string>>,
): Promise<void> {
  const one = async (document: string, variables?: object) =>
    Object.values(Object.values(await call(document, variables))[0] ?? {})[0]?.id ?? '';
  const onMember = `mutation ($w: UUID!, $u: UUID!) {`;
  for (let again = 0; again < 2; again += 1) {
    await call(`${onMember} removeWorkspaceMember(workspaceId: $w, userId: $u) { __typename } }`, { w: workspace, u: user });
    await call(`${onMember} addWorkspaceMember(workspaceId: $w, input: { userId: $u, role: MEMBER }) { member { userId } } }`, {
      w: workspace,
      u: user,
    });
  }
  const closed = await one(
    'mutation ($org: UUID!) { createWorkspace(orgId: $org, input: { name: "Old", slug: "old" }) { workspace { id } } }',
    { org },
  );
  await call('mutation ($id: UUID!) { archiveWorkspace(id: $id) { workspace { id } } }', { id: closed });
  const view = await one('mutation { createAuditView(input: { name: "Passing", filter: {} }) { view { id } } }');
  await call('mutation ($id: UUID!) { deleteAuditView(id: $id) { deletedId } }', { id: view });
  const partner = await one('mutation { createPartner(input: { name: "Initech", slug: "initech" }) { partner { id } } }');
  await call('mutation ($id: UUID!) { archivePartner(id: $id) { partner { id } } }', { id: partner });
  const shut = await one('mutation { createGroup(input: { name: "Shut", permissions: ["platform.orgs.list"] }) { group { id } } }');
  await call('mutation ($id: UUID!) { archiveGroup(id: $id) { group { id } } }', { id: shut });

  // An admin who loses everything, becomes one again, and is deleted.
  const raise = `mutation ($group: UUID!) { createAdmin(input: { displayName: "Cleo", email: "cleo@test.example", groupId: $group }) { admin { id } } }`;
  const cleo = await one(raise, { group });
  await call('mutation ($id: UUID!) { revokeAdmin(id: $id) { admin { id } } }', { id: cleo });
  await call(raise, { group });
  const other = await one('mutation { createGroup(input: { name: "Others", permissions: ["platform.orgs.list"] }) { group { id } } }');
  const assigned = await one('mutation ($a: UUID!, $g: UUID!) { assignGroup(input: { adminId: $a, groupId: $g }) { assignment { id } } }', {
    a: cleo,
    g: other,
  });
  await call('mutation ($a: UUID!, $id: UUID!) { unassignGroup(adminId: $a, assignmentId: $id) { removedId } }', { a: cleo, id: assigned });
  for (const field of [
    'grantOrgAccess(input: { adminId: $a, orgId: $o }) { orgAccess { id } }',
    'revokeOrgAccess(adminId: $a, orgId: $o) { removedId }',
  ]) {
    await call(`mutation ($a: UUID!, $o: UUID!) { ${field} }`, { a: cleo, o: org });
  }
  const linked =
    'mutation ($u: UUID!, $s: String!) { linkIdentity(input: { userId: $u, issuer: "https://id.example", subject: $s }) { identity { id } } }';
  await call('mutation ($id: UUID!) { unlinkIdentity(id: $id) { removedId } }', { id: await one(linked, { u: cleo, s: 'gone' }) });
  await call(linked, { u: cleo, s: 'stays' });
  await call('mutation ($id: UUID!) { deactivateUser(id: $id) { user { id } } }', { id: cleo });
  await call('mutation ($id: UUID!) { reactivateUser(id: $id) { user { id } } }', { id: cleo });
  await call('mutation ($id: UUID!) { deleteUser(id: $id) { deletedId } }', { id: cleo });

  // What lets somebody in, and ends.
  const key = await one('mutation { createApiKey(input: { name: "passing" }) { apiKey { id } } }');
  await call('mutation ($id: UUID!) { revokeApiKey(id: $id) { apiKeyId } }', { id: key });
  await call('mutation { createApiKey(input: { name: "stays" }) { apiKey { id } } }');
  await call(`mutation { login(input: { email: "${adminEmail}", password: "${adminPassword}" }) { user { id } } }`);
  const act =
    'mutation ($o: UUID!, $u: UUID!) { startImpersonation(input: { orgId: $o, userId: $u, reason: "They asked for help." }) { sessionId } }';
  await call(act, { o: org, u: user });
  await call('mutation { endImpersonation { sessionId } }');

  // An org that comes and goes, with what is in it.
  const brief = await one('mutation ($u: UUID!) { createOrg(input: { name: "Brief", slug: "brief", adminUserId: $u }) { org { id } } }', {
    u: admin,
  });
  await call('mutation ($o: UUID!) { createWorkspace(orgId: $o, input: { name: "Lab", slug: "lab" }) { workspace { id } } }', { o: brief });
  const job = await one('mutation ($o: UUID!) { seedOrg(orgId: $o) { job { id } } }', { o: brief });
  await call('mutation ($id: UUID!) { cancelJob(id: $id) { job { id } } }', { id: job });
  await call('mutation ($id: UUID!) { suspendOrg(id: $id) { org { id } } }', { id: brief });
  await call('mutation ($id: UUID!) { deleteOrg(id: $id) { deletedId } }', { id: brief });
}
