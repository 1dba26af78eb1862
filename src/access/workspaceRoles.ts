/** What a member may be in a workspace, from the least to the most. */
export const workspaceRoles = ['viewer', 'member', 'admin', 'owner'] as const;
export type WorkspaceRole = (typeof workspaceRoles)[number];

/** Who may do one thing in a workspace. */
interface Grant {
  /** The least role that may; each one above it may as well. An admin of the org may what an owner may. */
  readonly least: WorkspaceRole;
  /** The permission with which a platform admin may, without being a member. */
  readonly platform: string;
  /** Whether the platform admin needs access to the org beside the permission. */
  readonly withOrgAccess: boolean;
}

/**
 * Which role may do what in a workspace: the one table of it. Keys are `resource:action`, as /v1 documents them. A viewer differs from
 * a member in what the tenants' own programs let them do; here both see who works in the workspace, and change nothing.
 */
const grants = {
  'workspaces:update': { least: 'admin', platform: 'platform.orgs.update', withOrgAccess: true },
  'workspaces:archive': { least: 'owner', platform: 'platform.orgs.update', withOrgAccess: true },
  'workspace_members:list': { least: 'viewer', platform: 'platform.workspaces.read', withOrgAccess: false },
  'workspace_members:add': { least: 'admin', platform: 'platform.orgs.update', withOrgAccess: true },
  'workspace_members:update': { least: 'admin', platform: 'platform.orgs.update', withOrgAccess: true },
  'workspace_members:remove': { least: 'admin', platform: 'platform.orgs.update', withOrgAccess: true },
  'users:list': { least: 'viewer', platform: 'platform.users.list', withOrgAccess: false },
  'users:read': { least: 'viewer', platform: 'platform.users.read', withOrgAccess: false },
} as const satisfies Readonly<Record<`${string}:${string}`, Grant>>;

export type WorkspaceAction = keyof typeof grants;

/** Who may do this in a workspace. */
export function grantOf(action: WorkspaceAction): Grant {
  return grants[action];
}

/** Whether `role` stands above `other`. */
export function outranks(role: WorkspaceRole, other: WorkspaceRole): boolean {
  return workspaceRoles.indexOf(role) > workspaceRoles.indexOf(other);
}

/** Whether the role alone is enough. */
export function roleAllows(role: WorkspaceRole, action: WorkspaceAction): boolean {
  return !outranks(grants[action].least, role);
}
