import {
  allOf,
  anyOf,
  argument,
  each,
  field,
  hasAnyPermission,
  hasPermission,
  isOfPlatformOrg,
  isSelf,
  isSignedIn,
  type Rules,
  rule,
  sameAudience,
  withParent,
} from '../access/rule.js';
import { mayInWorkspace } from '../access/workspaceRule.js';
import { isFellow, mayActOnUser, mayChangeRoles, mayCreateUser } from './access.js';

const self = isSelf(field('id'));
const fellow = isFellow(field('id'));
/** What the platform keeps of an account, beyond what fellow members see of each other. */
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
// The /v1 surface documents the whole of a user to whoever may read them there: fellow members, and members of the platform's own org.
const seesSignIn = anyOf(
  self,
  fellow,
  isOfPlatformOrg,
  hasAnyPermission(
    'platform.users.read',
    'platform.users.list',
    'platform.users.update',
    'platform.users.create',
    'platform.admins.read',
    'platform.admins.list',
    'platform.admins.create',
    'platform.admins.update',
    'platform.admins.revoke',
    'platform.org_access.grant',
  ),
);
const seesProfile = anyOf(
  self,
  fellow,
  isOfPlatformOrg,
  hasAnyPermission('platform.users.read', 'platform.users.list', 'platform.users.update', 'platform.users.create'),
);
const seesPrivate = anyOf(self, hasPermission('platform.users.read'));
const seesAccess = anyOf(
  self,
  hasAnyPermission('platform.admins.read', 'platform.admins.list', 'platform.admins.create', 'platform.admins.update'),
);

const inWorkspace = mayInWorkspace('users:read', argument('workspaceId'));
const anywhere = mayActOnUser('users:read', argument('id'));
const seesUser = rule(`${anywhere.says}; or, where a workspace is named, ${inWorkspace.says}`, (ctx, parent, args) =>
  args.workspaceId ? inWorkspace(ctx, parent, args) : anywhere(ctx, parent, args),
);

const workspaceOfFilter = ({ filter }: Readonly<Record<string, unknown>>): string | undefined =>
  typeof filter === 'object' && filter !== null && 'workspaceId' in filter && filter.workspaceId ? String(filter.workspaceId) : undefined;
const listsInWorkspace = mayInWorkspace('users:list', (_parent, args) => workspaceOfFilter(args) ?? '');
const listsAll = hasPermission('platform.users.list');
const listsUsers = rule(`${listsAll.says}; or, where the filter names a workspace, ${listsInWorkspace.says}`, (ctx, parent, args) =>
  workspaceOfFilter(args) ? listsInWorkspace(ctx, parent, args) : listsAll(ctx, parent, args),
);

export const userRules: Rules = {
  Query: {
    me: isSignedIn,
    user: anyOf(isSelf(argument('id')), seesUser),
    users: listsUsers,
  },
  Mutation: {
    createUser: mayCreateUser,
    updateUser: allOf(anyOf(isSelf(argument('id')), mayActOnUser('users:update', argument('id'))), mayChangeRoles),
    deleteUser: mayActOnUser('users:delete', argument('id')),
    deactivateUser: hasPermission('platform.users.deactivate'),
    reactivateUser: hasPermission('platform.users.reactivate'),
    updateMyPreferences: isSignedIn,
  },
  User: {
    ...each(withParent, 'id', 'email', 'username', 'displayName', 'fullName', 'avatarUrl', 'bio', 'timezone', 'locale'),
    ...each(withParent, 'status', 'isActive', 'version', 'createdAt', 'updatedAt'),
    ...each(seesAccount, 'hasPlatformAccess', 'isGlobalAccess', 'orgCount'),
    ...each(seesSignIn, 'lastLoginAt', 'authProvider', 'isVerified'),
    ...each(seesProfile, 'preferences', 'settings', 'roles', 'defaultWorkspaceId'),
    orgMemberships: seesPrivate,
    ...each(seesAccess, 'groups', 'effectivePermissions'),
  },
  UserRef: each(withParent, 'id', 'displayName'),
  // Who changed the user is shown whom they changed.
  CreateUserPayload: { user: sameAudience },
  UpdateUserPayload: { user: sameAudience },
  UserLifecyclePayload: { user: sameAudience },
  UpdateMyPreferencesPayload: { user: sameAudience },
  DeleteUserPayload: each(withParent, 'deletedId'),
};
