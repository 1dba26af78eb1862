import { administersOrg } from '../access/orgRule.js';
import { anyOf, argument, each, field, hasPermission, isMember, isSelf, type Rules, sameAudience, withParent } from '../access/rule.js';
import { isLeaving, mayInWorkspace, seesWorkspace, seesWorkspaceById } from '../access/workspaceRule.js';
import { seesOrg } from '../orgs/orgs.rules.js';

const named = argument('workspaceId');

export const workspaceRules: Rules = {
  Query: {
    workspace: seesWorkspaceById(argument('id')),
    workspaces: hasPermission('platform.workspaces.list'),
    workspaceMembers: mayInWorkspace('workspace_members:list', named),
  },
  Mutation: {
    createWorkspace: administersOrg('workspaces:create', argument('orgId')),
    updateWorkspace: mayInWorkspace('workspaces:update', argument('id')),
    archiveWorkspace: mayInWorkspace('workspaces:archive', argument('id')),
    addWorkspaceMember: mayInWorkspace('workspace_members:add', named),
    changeWorkspaceMemberRole: mayInWorkspace('workspace_members:update', named),
    removeWorkspaceMember: anyOf(isLeaving(named, argument('userId')), mayInWorkspace('workspace_members:remove', named)),
  },
  Org: { workspaces: anyOf(isMember(field('id')), hasPermission('platform.workspaces.list')) },
  User: { workspaceMemberships: anyOf(isSelf(field('id')), hasPermission('platform.users.read')) },
  Workspace: {
    ...each(withParent, 'id', 'orgId', 'name', 'slug', 'description', 'memberCount', 'archivedAt'),
    ...each(withParent, 'version', 'createdAt', 'updatedAt'),
    org: seesOrg(field('orgId')),
    members: mayInWorkspace('workspace_members:list', field('id')),
  },
  WorkspaceMember: {
    ...each(withParent, 'workspaceId', 'orgId', 'userId', 'role', 'username', 'email', 'displayName', 'fullName', 'avatarUrl'),
    ...each(withParent, 'addedBy', 'version', 'createdAt', 'updatedAt'),
    workspace: seesWorkspace(field('orgId'), field('workspaceId')),
    // Whoever may see who works in a workspace may see who that is.
    user: sameAudience,
  },
  // Who changed the workspace, or a member of it, is shown what they changed.
  WorkspacePayload: { workspace: sameAudience },
  WorkspaceMemberPayload: { member: sameAudience },
  RemoveWorkspaceMemberPayload: { removedUserId: withParent },
};
