import { each, hasPermission, type Rules, sameAudience, withParent } from '../access/rule.js';

export const explainRules: Rules = {
  Query: each(hasPermission('platform.admins.read'), 'explainAccess', 'whoCan'),
  AccessExplanation: {
    ...each(withParent, 'permission', 'org', 'allowed', 'obstacles', 'enforcement', 'orgAccess', 'membershipStatus', 'assignments'),
    // Whoever may ask about a user may see whom they asked about.
    user: sameAudience,
  },
  // Who reads admins may see who they are.
  PermissionHolder: { ...each(withParent, 'until', 'orgAccess', 'permission', 'assignments'), user: sameAudience },
};
