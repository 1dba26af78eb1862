import { anyOf, documentedAs, each, hasPermission, isOfPlatformOrg, isSignedIn, type Rules, withParent } from '../access/rule.js';

/** Members of the platform's own org see the lists of the platform, as do holders of the list's permission (contract: "Admin"). */
const sees = (permission: string) => documentedAs('platform:read', anyOf(isOfPlatformOrg, hasPermission(permission)));

export const platformOrgRules: Rules = {
  Query: {
    orgAdminAccess: isSignedIn,
    platformStatus: isSignedIn,
    platformUsers: sees('platform.users.list'),
    platformOrgs: sees('platform.orgs.list'),
    platformWorkspaces: sees('platform.workspaces.list'),
  },
  OrgAdminAccess: each(withParent, 'hasAccess', 'userId', 'orgId', 'role', 'message'),
  PlatformStatus: each(withParent, 'isPlatformOrg'),
};
