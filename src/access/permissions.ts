/** A key that a group can give. Keys are `platform.<domain>.<verb>` and are never renamed: consumers store them. */
export interface Permission {
  readonly key: string;
  readonly domain: string;
  readonly description: string;
}

const verbs: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  admins: {
    create: 'Make a user a platform admin',
    list: 'List platform admins',
    read: 'Read a platform admin, their groups and access',
    revoke: "Revoke a platform admin's access",
    update: 'Change a platform admin and their group assignments',
  },
  audit: {
    export: 'Export the audit trail',
    read: 'Read the audit trail',
  },
  billing: {
    read: "Read an org's billing, with access to the org",
    update: "Change an org's billing, with access to the org",
  },
  groups: {
    create: 'Create a permission group',
    delete: 'Archive a permission group',
    list: 'List permission groups',
    read: 'Read a permission group and the registry of permissions',
    update: 'Change a permission group',
  },
  impersonation: {
    read: 'List impersonation sessions',
    start: 'Act as a user inside one org, with access to the org',
  },
  org_access: {
    grant: 'Grant an admin access to orgs',
    read: "Read an admin's access to orgs",
    revoke: "Revoke an admin's access to orgs",
  },
  orgs: {
    create: 'Create an org',
    delete: 'Delete a suspended org for good',
    list: 'List orgs',
    read: 'Read an org',
    seed: 'Fill an org with demo data',
    suspend: 'Suspend and resume an org',
    update: 'Change an org',
  },
  partners: {
    archive: 'Archive a partner',
    create: 'Create a partner',
    list: 'List partners',
    read: 'Read a partner',
    update: 'Change a partner',
  },
  settings: {
    read: "Read the platform's settings",
    update: "Change the platform's settings",
  },
  shards: {
    archive: 'Archive a shard',
    create: 'Register a shard',
    list: 'List shards',
    read: 'Read a shard and its capacity',
    update: 'Change a shard',
  },
  tokens: {
    cleanup: 'Delete expired and revoked tokens',
  },
  users: {
    create: 'Create a user in any org',
    deactivate: 'Deactivate a user',
    delete: 'Delete a user',
    list: 'List users',
    read: 'Read a user and the members of orgs',
    reactivate: 'Reactivate a user',
    update: 'Change a user',
  },
  workspaces: {
    list: 'List the workspaces of every org',
    read: 'Read any workspace and its members',
  },
};

/**
 * Every permission there is: the 43 documented keys, and our own (`platform.users.create`, which the /v1 rules name,
 * `platform.users.delete`, `platform.tokens.cleanup` and the two of `platform.workspaces`).
 */
export const permissions: readonly Permission[] = Object.entries(verbs).flatMap(([domain, descriptions]) =>
  Object.entries(descriptions).map(([verb, description]) => ({ key: `platform.${domain}.${verb}`, domain, description })),
);

export const permissionKeys: ReadonlySet<string> = new Set(permissions.map((permission) => permission.key));
