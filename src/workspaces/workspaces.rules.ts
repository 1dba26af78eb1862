import { anyOf, field, hasPermission, isMember, type Rules, withParent } from '../access/rule.js';

export const workspaceRules: Rules = {
  Org: { workspaces: anyOf(isMember(field('id')), hasPermission('platform.workspaces.list')) },
  Workspace: { '*': withParent },
};
