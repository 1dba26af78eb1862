import { outranks, type WorkspaceAction, type WorkspaceRole } from '../access/workspaceRoles.js';
import { lockStanding, roleFor, type WorkspaceStanding } from '../access/workspaceStanding.js';
import type { Tx } from '../audit/entry.js';
import type { Context } from '../context.js';
import { Conflict, Forbidden, NotFound } from '../errors.js';

/** Which workspace a change is about. */
export interface WorkspacePlace {
  readonly workspaceId: string;
  /** The org that the workspace must be part of, where the caller named one. */
  readonly orgId?: string | null | undefined;
}

/** A locked workspace, and the role by which the caller changes it. */
export interface Entered {
  readonly workspace: WorkspaceStanding;
  readonly role: WorkspaceRole;
}

/**
 * Locks a workspace until the transaction ends and decides anew, by what holds then, whether the caller may change it: the field's rule
 * was asked before, and their role may have been taken meanwhile.
 * @throws NotFound
 * @throws Forbidden
 * @throws Conflict where the workspace is archived
 */
export async function enterWorkspace(ctx: Context, tx: Tx, place: WorkspacePlace, action: WorkspaceAction): Promise<Entered> {
  const workspace = await lockStanding(ctx, tx, place.workspaceId, place.orgId);
  const role = await roleFor(ctx, place.workspaceId, workspace, action);
  if (typeof role === 'function') throw role();
  if (!workspace) throw new NotFound('workspace', place.workspaceId);
  requireOpen(workspace);
  return { workspace, role };
}

/** @throws Conflict */
function requireOpen({ isArchived }: WorkspaceStanding): void {
  if (isArchived) throw new Conflict('The workspace is archived.');
}

/** Nobody grants a role above their own, nor changes or removes someone above them (contract: "Roles"). @throws Forbidden */
export function requireNotAbove(own: WorkspaceRole, role: WorkspaceRole, action: WorkspaceAction): void {
  if (outranks(role, own)) throw new Forbidden(action, { message: `This needs at least the role ${role} in the workspace.` });
}

/** How an entry of the trail names the org. */
export function orgOf({ orgKey, orgId, orgName }: WorkspaceStanding) {
  return { key: orgKey, id: orgId, name: orgName };
}
