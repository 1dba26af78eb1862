import { workspaceNames } from './names.js';
import { ascii, idAt, iso, type Past } from './past.js';
import type { DemoMembership, DemoOrg, DemoWorkspace, DemoWorkspaceMember, WorkspaceRole } from './rows.js';

/** Some workspaces of an org. */
export function makeWorkspaces(past: Past, org: DemoOrg): DemoWorkspace[] {
  return workspaceNames.slice(0, 2 + past.choose.below(workspaceNames.length - 1)).map((name) => {
    const made = past.within(1, Date.parse(org.created_at));
    return { public_id: idAt(made), org: org.public_id, name, slug: ascii(name), created_at: iso(made) };
  });
}

/** A third of the org's members; the first of them owns the workspace. */
export function makeWorkspaceMembers(
  { choose }: Past,
  workspace: DemoWorkspace,
  members: readonly DemoMembership[],
): DemoWorkspaceMember[] {
  return members
    .filter((_member, i) => i === 0 || choose.chance(0.3))
    .map(({ user }, i) => ({
      workspace: workspace.public_id,
      org: workspace.org,
      user,
      role: i === 0 ? 'owner' : choose.oneOf<WorkspaceRole>(['admin', 'member', 'member', 'member', 'viewer']),
      created_at: workspace.created_at,
    }));
}
