import { actorOf, type Context } from '../context.js';
import type { OrgAdminAccess, PlatformStatus } from './platformOrg.types.js';

/** What the caller is in an org; the same for an org that they do not belong to as for none. @throws Unauthenticated */
export function orgAdminAccess(ctx: Context, orgId: string): OrgAdminAccess {
  const { id: userId, orgs } = actorOf(ctx);
  const org = orgs.get(orgId);
  const hasAccess = org?.roleHint === 'admin';
  return { hasAccess, userId, orgId, role: org?.roleHint ?? null, message: messageOf(hasAccess, org !== undefined) };
}

function messageOf(hasAccess: boolean, isMember: boolean): string {
  if (hasAccess) return 'You are an admin of this organization.';
  return isMember ? 'You are a member of this organization, and no admin.' : 'You are no member of this organization.';
}

/** @throws Unauthenticated */
export function platformStatus(ctx: Context): PlatformStatus {
  return { isPlatformOrg: [...actorOf(ctx).orgs.values()].some((org) => org.isPlatform) };
}
