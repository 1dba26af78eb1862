import { auditRollups } from '../../src/audit/counts/rollups.duty.js';
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
  await gateway.runDuty(auditRollups);

  const { schema_name: schema } = await gateway.database.db
    .selectFrom('orgs')
    .select('schema_name')
    .where('public_id', '=', org)
    .executeTakeFirstOrThrow();
  const [unknown, another] = ['01890a5d-ac96-774b-bcce-b302099a8057', '01890a5d-ac96-774b-bcce-b302099a8058'];
  return { org, user, workspace, group, partner, view, schema, unknown, another, admin: gateway.adminId };
}
