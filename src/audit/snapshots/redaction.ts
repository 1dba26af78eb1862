import type { Snapshot } from '../entry.js';

/**
 * What of each resource may be kept in a snapshot. A field that is not listed is left out, so that a new column is
 * private until someone decides otherwise; no password, token, key or DSN is ever listed.
 */
const kept: Readonly<Record<string, readonly string[]>> = {
  org: [
    'name',
    'slug',
    'status',
    'accountType',
    'onboardingStatus',
    'maxLocations',
    'billingEmail',
    'contactEmail',
    'contactName',
    'contactPhone',
    'hqAddressLine1',
    'hqAddressLine2',
    'hqCity',
    'hqCountry',
    'hqPostalCode',
    'hqState',
    'internalNotes',
    'taxId',
    'website',
    'version',
  ],
  user: [
    'email',
    'username',
    'displayName',
    'fullName',
    'avatarUrl',
    'bio',
    'timezone',
    'locale',
    'status',
    'roles',
    'preferences',
    'settings',
    'hasPlatformAccess',
    'isGlobalAccess',
    'version',
    'issuer',
    'subject',
  ],
  // The user as an admin, and single facts of their groups and access.
  admin: ['email', 'displayName', 'status', 'hasPlatformAccess', 'isGlobalAccess', 'version', 'group', 'expiresAt', 'orgId', 'note'],
  audit_log: ['entries', 'idsSha256', 'earlierDrops', 'fromMonth', 'toMonth', 'reason', 'filter'],
  audit_export: ['format', 'filter', 'after', 'resumes'],
  auth_provider_delivery: ['event', 'user', 'state', 'attempts', 'lastError', 'nextAttemptAt'],
  api_key: ['name', 'prefix', 'permissions', 'expiresAt', 'revokedAt'],
  audit_view: ['name', 'description', 'filter', 'isShared', 'version'],
  group: ['name', 'description', 'isSystem', 'status', 'permissions', 'version'],
  impersonation: ['targetUserId', 'reason', 'expiresAt', 'endReason'],
  org_membership: ['orgId', 'userId', 'email', 'status', 'roleHint', 'version'],
  job: ['kind', 'status', 'payload', 'cancelRequestedAt', 'statistics', 'errors'],
  partner: [
    'name',
    'slug',
    'partnerType',
    'status',
    'displayName',
    'description',
    'website',
    'logoUrl',
    'contactName',
    'contactEmail',
    'contactPhone',
    'internalNotes',
    'extraData',
    'version',
  ],
  session: ['endReason'],
  tokens: ['deletedCount'],
  // That the address was changed, and never the address.
  shard: ['name', 'region', 'isActive', 'maxOrgs', 'dsnChangedAt', 'archivedAt', 'version'],
  settings: [
    'defaultAccountType',
    'impersonationEnabled',
    'impersonationTtlSeconds',
    'maxOrgsPerShard',
    'permissionEnforcement',
    'version',
  ],
  workspace: ['name', 'slug', 'description', 'archivedAt', 'version'],
  workspace_member: ['workspaceId', 'userId', 'email', 'role', 'version'],
};

/** Names of the fields that the trail keeps of a resource. */
export function keptFields(resourceType: string): readonly string[] {
  return kept[resourceType] ?? [];
}

/** The part of a state that the trail may keep. A resource type without a list keeps nothing. */
export function redacted(resourceType: string, state: Snapshot | undefined): Snapshot | null {
  if (!state) return null;
  return Object.fromEntries(
    keptFields(resourceType)
      .filter((field) => state[field] !== undefined)
      .map((field) => [field, state[field]]),
  );
}

/** Names of the kept fields in which two states differ, in the order of the list. */
export function changedFields(before: Snapshot | null, after: Snapshot | null): string[] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...names].filter((name) => JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]));
}
