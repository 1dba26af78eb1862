import { Hidden } from '../errors.js';
import { anyOf, hasPermissionOrHidden, type IdOf, isMember, type Rule, rule, signedIn } from './rule.js';
import type { WorkspaceAction } from './workspaceRoles.js';
import { roleFor, roleIn, standingIn } from './workspaceStanding.js';

/** The org that the arguments say the workspace is part of, where they say so: in another one there is no such workspace. */
const namedOrg = (args: Readonly<Record<string, unknown>>) => (typeof args.orgId === 'string' ? args.orgId : null);

/** The caller's role in the workspace allows it, or a platform permission does: see `workspaceRoles.ts`. */
export function mayInWorkspace(action: WorkspaceAction, workspaceId: IdOf): Rule {
  return rule(
    `${action} in the workspace`,
    signedIn(async (_actor, ctx, parent, args) => {
      const id = workspaceId(parent, args);
      const role = await roleFor(ctx, id, await standingIn(ctx, id, namedOrg(args)), action);
      return typeof role === 'function' ? role : true;
    }),
  );
}

/** A member of the workspace who takes themselves out of it. */
export function isLeaving(workspaceId: IdOf, userId: IdOf): Rule {
  return rule(
    'a member who leaves',
    signedIn(async (actor, ctx, parent, args) => {
      const id = workspaceId(parent, args);
      const standing = actor.id === userId(parent, args) ? await standingIn(ctx, id, namedOrg(args)) : undefined;
      return (standing && roleIn(actor, standing) !== null) || (() => new Hidden('workspace', id));
    }),
  );
}

/** A workspace is known to the members of its org. */
export function seesWorkspace(orgId: IdOf, workspaceId: IdOf): Rule {
  return anyOf(isMember(orgId), hasPermissionOrHidden('platform.workspaces.read', 'workspace', workspaceId));
}

/** As `seesWorkspace`, of a workspace that is named by its id alone. */
export function seesWorkspaceById(workspaceId: IdOf): Rule {
  return rule(
    'member of the workspace’s org, or platform.workspaces.read',
    signedIn(async (_actor, ctx, parent, args) => {
      const standing = await standingIn(ctx, workspaceId(parent, args), namedOrg(args));
      return seesWorkspace(() => standing?.orgId ?? '', workspaceId)(ctx, parent, args);
    }),
  );
}
