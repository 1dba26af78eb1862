import { anyOf, each, field, hasPermission, isMember, type Rules, withParent } from '../access/rule.js';

export const workspaceRules: Rules = {
  Org: { workspaces: anyOf(isMember(field('id')), hasPermission('platform.workspaces.list')) },
  Workspace: each(
    withParent,
    'id',
    'orgId',
    'name',
    'slug',
    'description',
    'memberCount',
    'archivedAt',
    'version',
    'createdAt',
    'updatedAt',
  ),
};
