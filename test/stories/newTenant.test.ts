import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aUser } from '../support/builders.js';
import {
  AppointDocument,
  FoundGroupDocument,
  HireUserDocument,
  InviteDocument,
  OpenOrgDocument,
  OpenWorkspaceDocument,
  PromoteDocument,
  SearchTrailDocument,
  SignInDocument,
} from '../support/documents.generated.js';
import { adminEmail, adminPassword } from '../support/fixtures.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

const password = 'correct horse battery staple';

async function signedIn(email: string, secret: string) {
  const { data } = await gateway.graphql(SignInDocument, { email, password: secret });
  return { token: data?.login.accessToken ?? '' };
}

describe('a new tenant, by documents typed with graphql-codegen', () => {
  it('gets an org, its people, a workspace with roles and an admin to watch over it; the trail tells of each', async () => {
    const { database } = gateway;
    await database.db.updateTable('shards').set({ is_active: true }).where('dsn_ciphertext', 'is', null).execute();
    const bossId = await aUser(database, { email: 'boss@acme.example', password });
    const admin = await signedIn(adminEmail, adminPassword);

    const opened = await gateway.graphql(OpenOrgDocument, { input: { name: 'Acme', slug: 'acme', adminUserId: bossId } }, admin);
    const org = opened.data?.createOrg.org;
    const orgId = org?.id ?? '';
    expect(org).toEqual({ id: orgId, slug: 'acme', status: 'ACTIVE', members: { nodes: [{ roleHint: 'admin', user: { id: bossId } }] } });

    const boss = await signedIn('boss@acme.example', password);
    const hired = await gateway.graphql(
      HireUserDocument,
      { input: { orgId, email: 'ann@acme.example', username: 'ann', fullName: 'Ann Acme', password } },
      boss,
    );
    const ann = hired.data?.createUser.user;
    const annId = ann?.id ?? '';
    expect(ann?.displayName).toBe('Ann Acme');

    const made = await gateway.graphql(OpenWorkspaceDocument, { orgId, input: { name: 'Research', slug: 'research' } }, boss);
    const workspace = made.data?.createWorkspace.workspace;
    const workspaceId = workspace?.id ?? '';
    expect(workspace).toEqual({ id: workspaceId, slug: 'research', members: { nodes: [{ userId: bossId, role: 'OWNER' }] } });
    const invited = await gateway.graphql(InviteDocument, { workspaceId, input: { userId: annId, role: 'VIEWER' } }, boss);
    expect(invited.data?.addWorkspaceMember.member).toEqual({ userId: annId, role: 'VIEWER' });
    const promoted = await gateway.graphql(PromoteDocument, { workspaceId, userId: annId, input: { role: 'ADMIN' } }, boss);
    expect(promoted.data?.changeWorkspaceMemberRole.member.role).toBe('ADMIN');

    const founded = await gateway.graphql(
      FoundGroupDocument,
      { input: { name: 'Readers of the trail', permissions: ['platform.audit.read'] } },
      admin,
    );
    const group = founded.data?.createGroup.group;
    expect(group?.permissions).toEqual([{ key: 'platform.audit.read' }]);
    const appointed = await gateway.graphql(
      AppointDocument,
      { input: { email: 'ann@acme.example', displayName: 'Ann', groupId: group?.id ?? '' } },
      admin,
    );
    expect(appointed.data?.createAdmin.admin).toEqual({ id: annId });

    const auditor = await signedIn('ann@acme.example', password);
    const trail = await gateway.graphql(
      SearchTrailDocument,
      { filter: { actorId: bossId, resourceTypes: ['workspace', 'workspace_member'] } },
      auditor,
    );
    expect(trail.errors).toEqual([]);
    expect(trail.data?.auditEntries.nodes.map(({ action }) => action)).toEqual([
      'workspace_member.update',
      'workspace_member.add',
      'workspace_member.add',
      'workspace.create',
    ]);
  });
});
