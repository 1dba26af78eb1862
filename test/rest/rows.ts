/** Rows as a service answers with them: internal enum values and schema names. */
export const id = '01890a5d-ac96-774b-bcce-b302099a8057';

export const org = {
  id,
  name: 'Acme "Health" \u2028 Ünïcode',
  slug: 'acme',
  status: 'ACTIVE',
  accountType: 'STARTER',
  onboardingStatus: 'IN_PROGRESS',
  maxLocations: 3,
  memberCount: 12,
  version: 7,
  createdAt: '2026-01-31T12:00:00.000001Z',
  updatedAt: '2026-01-31T12:00:00.000002Z',
  schemaName: 't_acme_1',
  billingEmail: null,
};

export const user = {
  id,
  email: 'ada@example.com',
  displayName: 'Ada',
  status: 'ACTIVE',
  hasPlatformAccess: true,
  isGlobalAccess: false,
  orgCount: 1,
  createdAt: '2026-01-31T12:00:00.000001Z',
  updatedAt: '2026-01-31T12:00:00.000001Z',
  lastLoginAt: null,
  effectivePermissions: ['platform.orgs.list'],
  groups: [{ id, name: 'Admins', isSystem: true }],
  orgMemberships: [{ orgId: id, orgName: 'Acme', orgSlug: 'acme', status: 'INVITED', roleHint: null, joinedAt: null }],
  username: 'ada',
  authProvider: 'local',
  isActive: true,
  isVerified: true,
  roles: [],
  preferences: { theme: 'dark', nested: { list: [1, null, { deep: true }] } },
  settings: {},
  fullName: null,
};
