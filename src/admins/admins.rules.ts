import {
  allOf,
  anyOf,
  each,
  field,
  hasAnyPermission,
  hasPermission,
  isSelf,
  type Rules,
  sameAudience,
  withParent,
} from '../access/rule.js';
import { mayChangeRoles } from '../users/access.js';

const self = isSelf(field('id'));
/** Who works on admins sees what they were given; a change answers with it. */
const seesAssignments = anyOf(self, hasAnyPermission('platform.admins.read', 'platform.admins.update'));
const seesOrgAccess = anyOf(self, hasAnyPermission('platform.org_access.read', 'platform.admins.read'));
const seesCount = anyOf(
  self,
  hasAnyPermission('platform.admins.read', 'platform.admins.list', 'platform.admins.create', 'platform.admins.update'),
);

export const adminRules: Rules = {
  Query: {
    admins: hasPermission('platform.admins.list'),
    admin: hasPermission('platform.admins.read'),
    adminOrgAccess: hasPermission('platform.org_access.read'),
  },
  Mutation: {
    createAdmin: hasPermission('platform.admins.create'),
    updateAdmin: allOf(hasPermission('platform.admins.update'), mayChangeRoles),
    revokeAdmin: hasPermission('platform.admins.revoke'),
    ...each(hasPermission('platform.admins.update'), 'assignGroup', 'setAssignmentExpiry', 'unassignGroup'),
    ...each(hasPermission('platform.org_access.grant'), 'grantOrgAccess', 'setGlobalAccess'),
    revokeOrgAccess: hasPermission('platform.org_access.revoke'),
  },
  User: { assignments: seesAssignments, orgAccess: seesOrgAccess, orgAccessCount: seesCount },
  Group: { assignments: hasAnyPermission('platform.groups.read', 'platform.groups.update', 'platform.admins.read') },
  Org: { access: hasAnyPermission('platform.org_access.read', 'platform.admins.read') },
  // Whoever sees what was given sees to whom.
  Assignment: {
    ...each(withParent, 'id', 'group', 'assignedBy', 'assignedAt', 'expiresAt', 'isActive', 'state'),
    admin: sameAudience,
  },
  OrgAccess: { ...each(withParent, 'id', 'org', 'grantedBy', 'grantedAt', 'note'), admin: sameAudience },
  // Who changed it is shown what they changed.
  AdminPayload: { admin: sameAudience },
  AssignmentPayload: { assignment: sameAudience },
  OrgAccessPayload: { orgAccess: sameAudience },
  RemovedPayload: each(withParent, 'removedId'),
};
