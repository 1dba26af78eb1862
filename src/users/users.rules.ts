import {
  anyOf,
  argument,
  each,
  field,
  hasAnyPermission,
  hasPermission,
  hasPermissionOrHidden,
  isSelf,
  isSignedIn,
  type Rules,
  sameAudience,
  withParent,
} from '../access/rule.js';

const self = isSelf(field('id'));
/** What an account is, beyond what fellow members see of each other. */
const seesAccount = anyOf(
  self,
  hasAnyPermission(
    'platform.users.read',
    'platform.users.list',
    'platform.users.update',
    'platform.admins.read',
    'platform.admins.list',
    'platform.admins.create',
    'platform.admins.update',
    'platform.admins.revoke',
    'platform.org_access.grant',
  ),
);
const seesPrivate = anyOf(self, hasPermission('platform.users.read'));
const seesAccess = anyOf(
  self,
  hasAnyPermission('platform.admins.read', 'platform.admins.list', 'platform.admins.create', 'platform.admins.update'),
);

export const userRules: Rules = {
  Query: {
    me: isSignedIn,
    user: anyOf(isSelf(argument('id')), hasPermissionOrHidden('platform.users.read', 'user', argument('id'))),
    users: hasPermission('platform.users.list'),
  },
  Mutation: {
    updateUser: hasPermission('platform.users.update'),
    deactivateUser: hasPermission('platform.users.deactivate'),
    reactivateUser: hasPermission('platform.users.reactivate'),
    updateMyPreferences: isSignedIn,
  },
  User: {
    ...each(withParent, 'id', 'email', 'username', 'displayName', 'fullName', 'avatarUrl', 'bio', 'timezone', 'locale'),
    ...each(withParent, 'status', 'isActive', 'version', 'createdAt', 'updatedAt'),
    ...each(seesAccount, 'hasPlatformAccess', 'isGlobalAccess', 'orgCount', 'lastLoginAt', 'authProvider', 'isVerified'),
    ...each(seesPrivate, 'orgMemberships', 'preferences', 'settings', 'roles', 'defaultWorkspaceId'),
    ...each(seesAccess, 'groups', 'effectivePermissions'),
  },
  UserRef: each(withParent, 'id', 'displayName'),
  // Who changed the user is shown whom they changed.
  UpdateUserPayload: { user: sameAudience },
  UserLifecyclePayload: { user: sameAudience },
  UpdateMyPreferencesPayload: { user: sameAudience },
};
