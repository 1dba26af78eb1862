import { aMembership, anOrg, aUser, aWorkspace, aWorkspaceMember } from '../support/builders.js';
import type { Place, RootField } from './rootFields.js';

const inTheOrg: RootField['outcomes'] = {
  anonymous: 'UNAUTHENTICATED',
  member: 'FORBIDDEN',
  orgAdmin: 'data',
  adminWithout: 'FORBIDDEN',
  adminWith: 'data',
  keyWith: 'data',
  keyWithout: 'FORBIDDEN',
};

/** A refusal names what the role would have had to allow. */
const lacking = (action: string): RootField['lacking'] => ({ member: action, adminWithout: action, keyWithout: action });

/** A workspace of the org with an owner and a member. */
async function workspace({ gateway: { database }, orgId }: Place) {
  const id = await aWorkspace(database, orgId, `Place-${crypto.randomUUID()}`);
  const [owner, userId] = [await aUser(database), await aUser(database)];
  for (const user of [owner, userId]) await aMembership(database, orgId, user);
  await aWorkspaceMember(database, id, owner, 'owner');
  await aWorkspaceMember(database, id, userId, 'member');
  return { id, userId };
}

async function someoneNew({ gateway: { database }, orgId }: Place): Promise<string> {
  const id = await aUser(database);
  await aMembership(database, orgId, id);
  return id;
}

/** The root fields of workspaces, their members, and the end of a membership: none of the callers is a member of a workspace. */
export const workspaceRootFields: Readonly<Record<string, RootField>> = {
  'Query.workspace': {
    permission: 'platform.workspaces.read',
    outcomes: { ...inTheOrg, member: 'data' },
    document: 'query ($id: UUID!) { workspace(id: $id) { id name } }',
    variables: workspace,
  },
  'Query.workspaces': {
    permission: 'platform.workspaces.list',
    outcomes: { ...inTheOrg, orgAdmin: 'FORBIDDEN' },
    document: '{ workspaces { nodes { id } } }',
    variables: async ({ gateway }) => ({ id: await aWorkspace(gateway.database, await anOrg(gateway.database), 'Elsewhere') }),
  },
  'Query.workspaceMembers': {
    permission: 'platform.workspaces.read',
    lacking: lacking('workspace_members:list'),
    outcomes: inTheOrg,
    document: 'query ($id: UUID!) { workspaceMembers(workspaceId: $id) { nodes { userId } } }',
    variables: workspace,
  },
  'Mutation.createWorkspace': {
    permission: 'platform.orgs.update',
    lacking: lacking('workspaces:create'),
    outcomes: inTheOrg,
    // The workspace, and its first owner.
    entries: 2,
    document: `mutation ($orgId: UUID!, $ownerId: UUID!, $slug: String!) {
      createWorkspace(orgId: $orgId, input: { name: "Research", slug: $slug, ownerId: $ownerId }) { workspace { id } } }`,
    variables: async (at) => ({ orgId: at.orgId, ownerId: await someoneNew(at), slug: crypto.randomUUID() }),
  },
  'Mutation.updateWorkspace': {
    permission: 'platform.orgs.update',
    lacking: lacking('workspaces:update'),
    outcomes: inTheOrg,
    document: 'mutation ($id: UUID!) { updateWorkspace(id: $id, input: { baseVersion: 1, description: "x" }) { workspace { id } } }',
    variables: workspace,
  },
  'Mutation.archiveWorkspace': {
    permission: 'platform.orgs.update',
    lacking: lacking('workspaces:archive'),
    outcomes: inTheOrg,
    document: 'mutation ($id: UUID!) { archiveWorkspace(id: $id) { workspace { archivedAt } } }',
    variables: workspace,
  },
  'Mutation.addWorkspaceMember': {
    permission: 'platform.orgs.update',
    lacking: lacking('workspace_members:add'),
    outcomes: inTheOrg,
    document:
      'mutation ($id: UUID!, $userId: UUID!) { addWorkspaceMember(workspaceId: $id, input: { userId: $userId }) { member { role } } }',
    variables: async (at) => ({ ...(await workspace(at)), userId: await someoneNew(at) }),
  },
  'Mutation.changeWorkspaceMemberRole': {
    permission: 'platform.orgs.update',
    lacking: lacking('workspace_members:update'),
    outcomes: inTheOrg,
    document: `mutation ($id: UUID!, $userId: UUID!) {
      changeWorkspaceMemberRole(workspaceId: $id, userId: $userId, input: { role: OWNER }) { member { role } } }`,
    variables: workspace,
  },
  'Mutation.removeOrgMember': {
    permission: 'platform.orgs.update',
    lacking: lacking('org_members:remove'),
    outcomes: inTheOrg,
    document: 'mutation ($orgId: UUID!, $userId: UUID!) { removeOrgMember(orgId: $orgId, userId: $userId) { removedUserId } }',
    variables: async (at) => ({ orgId: at.orgId, userId: await someoneNew(at) }),
  },
  'Mutation.removeWorkspaceMember': {
    permission: 'platform.orgs.update',
    lacking: lacking('workspace_members:remove'),
    outcomes: inTheOrg,
    document: 'mutation ($id: UUID!, $userId: UUID!) { removeWorkspaceMember(workspaceId: $id, userId: $userId) { removedUserId } }',
    variables: workspace,
  },
};
