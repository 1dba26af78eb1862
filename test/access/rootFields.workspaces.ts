import { aMembership, anOrg, aUser, aWorkspace, aWorkspaceMember } from '../support/builders.js';
import type { Place, RootField } from './rootFields.js';

/** A workspace of the org with an owner and a member. */
async function workspace({ gateway: { database }, orgId }: Place) {
  const id = await aWorkspace(database, orgId, `Place-${crypto.randomUUID()}`);
  const [owner, userId] = [await aUser(database), await aUser(database)];
  for (const user of [owner, userId]) await aMembership(database, orgId, user);
  await aWorkspaceMember(database, id, owner, 'owner');
  await aWorkspaceMember(database, id, userId, 'member');
  return { id, userId, orgId };
}

async function someoneNew({ gateway: { database }, orgId }: Place): Promise<string> {
  const id = await aUser(database);
  await aMembership(database, orgId, id);
  return id;
}

/** `Query.users` where the filter names a workspace: a role there opens it. */
export const usersOfAWorkspace: RootField = {
  permission: 'platform.users.list',
  refusalNames: 'users:list',
  policy: 'roleOrPermission',
  document: 'query ($id: UUID!) { users(filter: { workspaceId: $id }) { nodes { id } } }',
  variables: workspace,
};

/** The root fields of workspaces, their members, and the end of a membership: none of the callers is a member of a workspace. */
export const workspaceRootFields: Readonly<Record<string, RootField>> = {
  'Query.workspace': {
    permission: 'platform.workspaces.read',
    policy: 'workspaceOfMyOrgOrPermission',
    document: 'query ($id: UUID!) { workspace(id: $id) { id name } }',
    variables: workspace,
  },
  'Query.workspaces': {
    permission: 'platform.workspaces.list',
    policy: 'permission',
    document: '{ workspaces { nodes { id } } }',
    variables: async ({ gateway }) => ({ id: await aWorkspace(gateway.database, await anOrg(gateway.database), 'Elsewhere') }),
  },
  'Query.workspaceMembers': {
    permission: 'platform.workspaces.read',
    refusalNames: 'workspace_members:list',
    policy: 'roleOrPermission',
    document: 'query ($id: UUID!, $orgId: UUID) { workspaceMembers(workspaceId: $id, orgId: $orgId) { nodes { userId } } }',
    variables: workspace,
  },
  'Mutation.createWorkspace': {
    permission: 'platform.orgs.update',
    refusalNames: 'workspaces:create',
    policy: 'roleOrPermissionAndOrgAccess',
    // The workspace, and its first owner.
    entries: 2,
    document: `mutation ($orgId: UUID!, $ownerId: UUID!, $slug: String!) {
      createWorkspace(orgId: $orgId, input: { name: "Research", slug: $slug, ownerId: $ownerId }) { workspace { id } } }`,
    variables: async (at) => ({ orgId: at.orgId, ownerId: await someoneNew(at), slug: crypto.randomUUID() }),
  },
  'Mutation.updateWorkspace': {
    permission: 'platform.orgs.update',
    refusalNames: 'workspaces:update',
    policy: 'roleOrPermissionAndOrgAccess',
    document: 'mutation ($id: UUID!) { updateWorkspace(id: $id, input: { baseVersion: 1, description: "x" }) { workspace { id } } }',
    variables: workspace,
  },
  'Mutation.archiveWorkspace': {
    permission: 'platform.orgs.update',
    refusalNames: 'workspaces:archive',
    policy: 'roleOrPermissionAndOrgAccess',
    document: 'mutation ($id: UUID!) { archiveWorkspace(id: $id) { workspace { archivedAt } } }',
    variables: workspace,
  },
  'Mutation.addWorkspaceMember': {
    permission: 'platform.orgs.update',
    refusalNames: 'workspace_members:add',
    policy: 'roleOrPermissionAndOrgAccess',
    document:
      'mutation ($id: UUID!, $orgId: UUID, $userId: UUID!) { addWorkspaceMember(workspaceId: $id, orgId: $orgId, input: { userId: $userId }) { member { role } } }',
    variables: async (at) => ({ ...(await workspace(at)), userId: await someoneNew(at) }),
  },
  'Mutation.changeWorkspaceMemberRole': {
    permission: 'platform.orgs.update',
    refusalNames: 'workspace_members:update',
    policy: 'roleOrPermissionAndOrgAccess',
    document: `mutation ($id: UUID!, $orgId: UUID, $userId: UUID!) {
      changeWorkspaceMemberRole(workspaceId: $id, orgId: $orgId, userId: $userId, input: { role: OWNER }) { member { role } } }`,
    variables: workspace,
  },
  'Mutation.removeOrgMember': {
    permission: 'platform.orgs.update',
    refusalNames: 'org_members:remove',
    policy: 'roleOrPermissionAndOrgAccess',
    document: 'mutation ($orgId: UUID!, $userId: UUID!) { removeOrgMember(orgId: $orgId, userId: $userId) { removedUserId } }',
    variables: async (at) => ({ orgId: at.orgId, userId: await someoneNew(at) }),
  },
  'Mutation.removeWorkspaceMember': {
    permission: 'platform.orgs.update',
    refusalNames: 'workspace_members:remove',
    policy: 'roleOrPermissionAndOrgAccess',
    document:
      'mutation ($id: UUID!, $orgId: UUID, $userId: UUID!) { removeWorkspaceMember(workspaceId: $id, orgId: $orgId, userId: $userId) { removedUserId } }',
    variables: workspace,
  },
};
