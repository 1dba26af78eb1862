import { requireKnownPermission } from '../access/knownPermissions.js';
import type { Context } from '../context.js';
import { NotFound } from '../errors.js';

export interface OrgSubject {
  readonly key: string;
  readonly id: string;
  readonly name: string;
}

/**
 * What is asked about: a permission that there is, and the org, where one is named.
 * @throws Invalid naming `permission` where there is no such one
 * @throws NotFound where there is no such org
 */
export async function findSubject(ctx: Context, permission: string, orgId: string | null | undefined): Promise<OrgSubject | null> {
  requireKnownPermission(['permission'], permission);
  if (!orgId) return null;
  const org = await ctx.db
    .selectFrom('orgs')
    .select(['id as key', 'public_id as id', 'name'])
    .where('public_id', '=', orgId)
    .executeTakeFirst();
  if (!org) throw new NotFound('org', orgId);
  return org;
}
