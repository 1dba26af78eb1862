import {
  anyOf,
  argument,
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
  hasAnyPermission('platform.users.read', 'platform.users.list', 'platform.users.update', 'platform.admins.read'),
);
const seesPrivate = anyOf(self, hasPermission('platform.users.read'));
const seesAccess = anyOf(self, hasPermission('platform.admins.read'));

export const userRules: Rules = {
  Query: {
    me: isSignedIn,
    user: anyOf(isSelf(argument('id')), hasPermissionOrHidden('platform.users.read', 'user', argument('id'))),
    users: hasPermission('platform.users.list'),
  },
  Mutation: {
    updateUser: hasPermission('platform.users.update'),
    updateMyPreferences: isSignedIn,
  },
  User: {
    '*': withParent,
    hasPlatformAccess: seesAccount,
    isGlobalAccess: seesAccount,
    orgCount: seesAccount,
    lastLoginAt: seesAccount,
    authProvider: seesAccount,
    isVerified: seesAccount,
    orgMemberships: seesPrivate,
    preferences: seesPrivate,
    settings: seesPrivate,
    roles: seesPrivate,
    defaultWorkspaceId: seesPrivate,
    groups: seesAccess,
    effectivePermissions: seesAccess,
  },
  // Who changed the user is shown whom they changed.
  UpdateUserPayload: { user: sameAudience },
  UpdateMyPreferencesPayload: { user: sameAudience },
};
