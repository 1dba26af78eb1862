import { each, hasAnyPermission, hasPermission, type Rules, sameAudience, withParent } from '../access/rule.js';

/** Who works on groups sees what is in them; a change answers with the group whole. */
const seesInside = hasAnyPermission('platform.groups.read', 'platform.groups.update', 'platform.groups.create');

export const groupRules: Rules = {
  Query: {
    groups: hasPermission('platform.groups.list'),
    allGroups: hasPermission('platform.groups.list'),
    group: hasPermission('platform.groups.read'),
    permissions: hasPermission('platform.groups.read'),
    previewGroupChange: hasPermission('platform.groups.update'),
  },
  Mutation: {
    createGroup: hasPermission('platform.groups.create'),
    updateGroup: hasPermission('platform.groups.update'),
    archiveGroup: hasPermission('platform.groups.delete'),
  },
  Group: {
    ...each(withParent, 'id', 'name', 'description', 'isSystem', 'status', 'version', 'createdAt', 'updatedAt'),
    ...each(withParent, 'userCount', 'permissionCount'),
    ...each(seesInside, 'permissions', 'members'),
  },
  GroupMember: each(withParent, 'id', 'displayName', 'email', 'expiresAt'),
  GroupChangePreview: {
    ...each(withParent, 'wouldSucceed', 'refusals', 'gainingCount', 'gaining', 'losingCount', 'losing'),
    ...each(withParent, 'permissionsAdded', 'permissionsRemoved'),
  },
  ChangeRefusal: each(withParent, 'code', 'message', 'missing'),
  PermissionShift: each(withParent, 'user', 'permissions'),
  // Who changed the group is shown what they changed.
  GroupPayload: { group: sameAudience },
  Permission: each(withParent, 'key', 'domain', 'description'),
  PermissionRegistry: each(withParent, 'domains', 'items'),
};
