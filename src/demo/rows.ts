/** Demo data as rows of the database's columns, tied together by public ids: the loader looks the internal keys up. */
export interface DemoData {
  readonly users: readonly DemoUser[];
  readonly orgs: readonly DemoOrg[];
  readonly memberships: readonly DemoMembership[];
  readonly workspaces: readonly DemoWorkspace[];
  readonly workspaceMembers: readonly DemoWorkspaceMember[];
  readonly assignments: readonly DemoAssignment[];
  readonly entries: readonly DemoEntry[];
}

export interface DemoUser {
  readonly public_id: string;
  readonly email: string;
  readonly username: string;
  readonly display_name: string;
  readonly status: 'active' | 'suspended';
  readonly has_platform_access: boolean;
  readonly last_login_at: string | null;
  readonly created_at: string;
}

export interface DemoOrg {
  readonly public_id: string;
  readonly name: string;
  readonly slug: string;
  readonly schema_name: string;
  readonly status: 'active' | 'suspended';
  readonly account_type: string;
  readonly onboarding_status: string;
  readonly max_locations: number;
  readonly hq_city: string;
  readonly hq_country: string;
  readonly contact_email: string;
  readonly version: number;
  readonly created_at: string;
  readonly updated_at: string;
}

export interface DemoMembership {
  readonly public_id: string;
  readonly org: string;
  readonly user: string;
  readonly status: 'active' | 'invited';
  readonly role_hint: string | null;
  readonly joined_at: string | null;
  readonly created_at: string;
}

export interface DemoWorkspace {
  readonly public_id: string;
  readonly org: string;
  readonly name: string;
  readonly slug: string;
  readonly created_at: string;
}

export type WorkspaceRole = 'owner' | 'admin' | 'member' | 'viewer';

export interface DemoWorkspaceMember {
  readonly workspace: string;
  readonly org: string;
  readonly user: string;
  readonly role: WorkspaceRole;
  readonly created_at: string;
}

export interface DemoAssignment {
  readonly public_id: string;
  readonly group: string;
  readonly user: string;
  readonly assigned_at: string;
}

export interface DemoEntry {
  readonly id: string;
  readonly created_at: string;
  readonly action: string;
  readonly resource_type: string;
  readonly resource_id: string;
  readonly resource_display_id: string;
  readonly changed_fields: readonly string[];
  readonly actor_id: string;
  readonly actor_display_name: string;
  readonly org: string | null;
  readonly before: object | null;
  readonly after: object | null;
}
