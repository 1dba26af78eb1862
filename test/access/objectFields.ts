/** A field that not everyone may read who sees its object. */
export interface ObjectField {
  /** Selects the field. */
  readonly selection: string;
  /** Each of these alone opens the field; a refusal names the first. */
  readonly opens: readonly [string, ...string[]];
  /** What a refusal names, where it is not the first of them. */
  readonly lacking?: string;
  /** Whether an admin needs access to the org as well. */
  readonly needsOrgAccess?: true;
  /** Whom else it is open to: a member of the org, an admin of the org, the user themselves. */
  readonly also?: readonly ('member' | 'orgAdmin' | 'self')[];
}

const account = {
  opens: [
    'platform.users.read',
    'platform.users.list',
    'platform.users.update',
    'platform.admins.read',
    'platform.admins.list',
    'platform.admins.create',
    'platform.admins.update',
    'platform.admins.revoke',
    'platform.org_access.grant',
  ],
  also: ['self'],
} as const;
const personal = { opens: ['platform.users.read'], also: ['self'] } as const;
/** What /v1 documents of a user, to their fellow members. */
const profile = {
  opens: ['platform.users.read', 'platform.users.list', 'platform.users.update', 'platform.users.create'],
  also: ['self', 'member', 'orgAdmin'],
} as const;
const signIn = {
  opens: [
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
  ],
  also: ['self', 'member', 'orgAdmin'],
} as const;
const access = {
  opens: ['platform.admins.read', 'platform.admins.list', 'platform.admins.create', 'platform.admins.update'],
  also: ['self'],
} as const;
const platformSide = ['platform.orgs.read', 'platform.orgs.update', 'platform.orgs.create', 'platform.orgs.suspend'] as const;
const groupInside = ['platform.groups.read', 'platform.groups.update', 'platform.groups.create'] as const;

const records = { opens: ['platform.orgs.read'], needsOrgAccess: true, also: ['member', 'orgAdmin'] } as const;

/** Every field of an object that has a rule of its own. A new one is added here, on purpose. */
export const objectFields: Readonly<Record<string, ObjectField>> = {
  'User.hasPlatformAccess': { selection: 'hasPlatformAccess', ...account },
  'User.isGlobalAccess': { selection: 'isGlobalAccess', ...account },
  'User.identities': { selection: 'identities { id }', opens: ['platform.users.read'], also: ['self'] },
  'User.orgCount': { selection: 'orgCount', ...account },
  'User.lastLoginAt': { selection: 'lastLoginAt', ...signIn },
  'User.authProvider': { selection: 'authProvider', ...signIn },
  'User.isVerified': { selection: 'isVerified', ...signIn },
  'User.orgMemberships': { selection: 'orgMemberships { orgName }', ...personal },
  'User.preferences': { selection: 'preferences', ...profile },
  'User.settings': { selection: 'settings', ...profile },
  'User.roles': { selection: 'roles', ...profile },
  'User.defaultWorkspaceId': { selection: 'defaultWorkspaceId', ...profile },
  'User.workspaceMemberships': { selection: 'workspaceMemberships { workspaceId }', ...personal },
  'User.groups': { selection: 'groups { name }', ...access },
  'User.effectivePermissions': { selection: 'effectivePermissions', ...access },
  'User.assignments': { selection: 'assignments { id }', opens: ['platform.admins.read', 'platform.admins.update'], also: ['self'] },
  'User.orgAccess': { selection: 'orgAccess { id }', opens: ['platform.org_access.read', 'platform.admins.read'], also: ['self'] },
  'User.orgAccessCount': { selection: 'orgAccessCount', ...access },

  'Org.members': { selection: 'members { nodes { id } }', opens: ['platform.users.read'], also: ['member', 'orgAdmin'] },
  'Org.workspaces': { selection: 'workspaces { nodes { id } }', opens: ['platform.workspaces.list'], also: ['member', 'orgAdmin'] },
  'Org.access': { selection: 'access { nodes { id } }', opens: ['platform.org_access.read', 'platform.admins.read'] },
  'Org.schemaName': { selection: 'schemaName', opens: platformSide },
  'Org.internalNotes': { selection: 'internalNotes', opens: platformSide },
  'Org.taxId': { selection: 'taxId', opens: platformSide, also: ['orgAdmin'] },
  'Org.billingEmail': { selection: 'billingEmail', opens: platformSide, also: ['orgAdmin'] },

  'Org.locations': { selection: 'locations { nodes { id } }', ...records },
  'Org.providers': { selection: 'providers { nodes { id } }', ...records },
  'Org.patients': { selection: 'patients { nodes { id } }', ...records },
  'Org.appointments': { selection: 'appointments { nodes { id } }', ...records },
  'Org.jobs': { selection: 'jobs { nodes { id } }', opens: ['platform.orgs.seed', 'platform.orgs.update'], also: ['orgAdmin'] },
  'Job.org': { selection: 'org { id }', opens: ['platform.orgs.read'] },

  'OrgMembership.org': { selection: 'org { id }', opens: ['platform.orgs.read'], also: ['member', 'orgAdmin'] },

  'Workspace.org': { selection: 'org { id }', opens: ['platform.orgs.read'], also: ['member', 'orgAdmin'] },
  'Workspace.members': {
    selection: 'members { nodes { userId } }',
    opens: ['platform.workspaces.read'],
    lacking: 'workspace_members:list',
    also: ['orgAdmin'],
  },
  'WorkspaceMember.workspace': { selection: 'workspace { id }', opens: ['platform.workspaces.read'], also: ['member', 'orgAdmin'] },

  'Group.permissions': { selection: 'permissions { key }', opens: groupInside },
  'Partner.internalNotes': { selection: 'internalNotes', opens: ['platform.partners.read'] },
  'Group.assignments': {
    selection: 'assignments { nodes { id } }',
    opens: ['platform.groups.read', 'platform.groups.update', 'platform.admins.read'],
  },
  'Shard.capacity': { selection: 'capacity { maxOrgs }', opens: ['platform.shards.read'] },
  'Group.members': { selection: 'members { id }', opens: groupInside },
};
