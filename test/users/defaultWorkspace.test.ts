import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { aMembership, anOrg, aUser, aWorkspace, aWorkspaceMember } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

let org: string;
let user: string;
let workspace: string;
beforeEach(async () => {
  org = await anOrg(gateway.database);
  user = await aUser(gateway.database);
  await aMembership(gateway.database, org, user);
  workspace = await aWorkspace(gateway.database, org, 'Frontdesk');
  await aWorkspaceMember(gateway.database, workspace, user);
  const { body, status } = await gateway.rest('PUT', `/v1/users/${user}`, {
    token: gateway.tokenFor(user),
    body: { default_workspace_id: workspace },
  });
  expect({ status, shown: body.default_workspace_id }).toEqual({ status: 200, shown: workspace });
});

/** As GraphQL and the /v1 surface show it. */
async function shown(): Promise<(string | null)[]> {
  const caller = { token: gateway.tokenFor(user) };
  const { data } = await gateway.graphql<{ me: { defaultWorkspaceId: string | null } }, object>(
    '{ me { defaultWorkspaceId } }',
    {},
    caller,
  );
  const { body } = await gateway.rest('GET', `/v1/users/${user}`, caller);
  return [data?.me.defaultWorkspaceId ?? null, body.default_workspace_id];
}

async function change(document: string, variables: object): Promise<void> {
  const { errors } = await gateway.graphql(document, variables, { token: gateway.adminToken });
  expect(errors).toEqual([]);
}

describe('The workspace that programs open first', () => {
  it('is shown while the user is in it, also beside other places that they leave', async () => {
    const other = await aWorkspace(gateway.database, org, 'Backoffice');
    await aWorkspaceMember(gateway.database, other, user);
    await change('mutation ($w: UUID!, $u: UUID!) { removeWorkspaceMember(workspaceId: $w, userId: $u) { removedUserId } }', {
      w: other,
      u: user,
    });
    expect(await shown()).toEqual([workspace, workspace]);
  });

  it.each([
    [
      'the user is taken out of it',
      'mutation ($w: UUID!, $u: UUID!) { removeWorkspaceMember(workspaceId: $w, userId: $u) { removedUserId } }',
    ],
    ['the user is taken out of its org', 'mutation ($o: UUID!, $u: UUID!) { removeOrgMember(orgId: $o, userId: $u) { removedUserId } }'],
    ['it is archived', 'mutation ($w: UUID!) { archiveWorkspace(id: $w) { workspace { id } } }'],
  ])('is none from the moment when %s', async (_when, document) => {
    const named = { w: workspace, u: user, o: org };
    const variables = Object.fromEntries(Object.entries(named).filter(([name]) => document.includes(`$${name}:`)));
    await change(document, variables);
    expect(await shown()).toEqual([null, null]);
  });

  it('is none when its org is deleted', async () => {
    const { status } = await gateway.rest('POST', `/api/v1/platform/orgs/${org}/suspend`, { token: gateway.adminToken });
    const deleted = await gateway.rest('DELETE', `/api/v1/platform/orgs/${org}`, { token: gateway.adminToken });
    expect([status, deleted.status]).toEqual([200, 204]);
    expect(await shown()).toEqual([null, null]);
  });
});
