import { administersOrg, isLeavingOrg } from '../access/orgRule.js';
import {
  allOf,
  anyOf,
  argument,
  each,
  field,
  hasAnyPermission,
  hasPermission,
  hasPermissionOrHidden,
  isMember,
  isOrgAdmin,
  isSignedIn,
  joined,
  mayReachOrg,
  type Rules,
  sameAudience,
  withParent,
} from '../access/rule.js';

/** Who administers orgs may see what the platform keeps of them. */
const seesPlatformSide = hasAnyPermission('platform.orgs.read', 'platform.orgs.update', 'platform.orgs.create', 'platform.orgs.suspend');
/** An org is known to its members. */
export const seesOrg = (idOf: ReturnType<typeof argument>) =>
  anyOf(isMember(idOf), hasPermissionOrHidden('platform.orgs.read', 'org', idOf));

export const orgRules: Rules = {
  Query: {
    org: seesOrg(argument('id')),
    orgs: hasPermission('platform.orgs.list'),
    myOrgs: isSignedIn,
    orgMembers: hasPermission('platform.users.read'),
    orgBilling: allOf(hasPermission('platform.billing.read'), mayReachOrg(argument('orgId'))),
  },
  Mutation: {
    createOrg: hasPermission('platform.orgs.create'),
    suspendOrg: hasPermission('platform.orgs.suspend'),
    resumeOrg: hasPermission('platform.orgs.suspend'),
    deleteOrg: hasPermission('platform.orgs.delete'),
    updateOrg: hasPermission('platform.orgs.update'),
    removeOrgMember: anyOf(isLeavingOrg(argument('orgId'), argument('userId')), administersOrg('org_members:remove', argument('orgId'))),
    updateOrgBilling: allOf(hasPermission('platform.billing.update'), mayReachOrg(argument('orgId'))),
  },
  Org: {
    ...each(
      withParent,
      'id',
      'name',
      'slug',
      'status',
      'isActive',
      'accountType',
      'onboardingStatus',
      'maxLocations',
      'memberCount',
      'workspaceCount',
      'isPlatform',
      'website',
      'version',
      'createdAt',
      'updatedAt',
    ),
    ...each(withParent, 'contactEmail', 'contactName', 'contactPhone'),
    ...each(withParent, 'hqAddressLine1', 'hqAddressLine2', 'hqCity', 'hqCountry', 'hqPostalCode', 'hqState'),
    members: anyOf(isMember(field('id')), hasPermission('platform.users.read')),
    schemaName: seesPlatformSide,
    internalNotes: seesPlatformSide,
    taxId: anyOf(isOrgAdmin(field('id')), seesPlatformSide),
    billingEmail: anyOf(isOrgAdmin(field('id')), seesPlatformSide),
  },
  OrgMembership: {
    ...each(
      withParent,
      'id',
      'status',
      'roleHint',
      'joinedAt',
      'orgId',
      'orgName',
      'orgSlug',
      'userId',
      'email',
      'displayName',
      'userStatus',
    ),
    org: seesOrg(joined('org')),
    // Whoever may see a membership may see whose it is.
    user: sameAudience,
  },
  OrgRef: each(withParent, 'id', 'name'),
  OrgBilling: each(withParent, 'orgId', 'accountType', 'maxLocations', 'billingEmail', 'version'),
  // Who changed the org is shown what they changed.
  CreateOrgPayload: { org: sameAudience },
  DeleteOrgPayload: each(withParent, 'deletedId'),
  UpdateOrgPayload: { org: sameAudience },
  UpdateOrgBillingPayload: { billing: sameAudience },
  RemoveOrgMemberPayload: { removedUserId: withParent },
};
