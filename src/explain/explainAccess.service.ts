import { sql } from 'kysely';
import type { Context } from '../context.js';
import { columnsOf, nested, type RowOf, type Shape, selectList } from '../db/shape.js';
import { NotFound } from '../errors.js';
import { below, merged, type Selection } from '../graphql/selection.js';
import type { MembershipStatus } from '../orgs/org.enums.js';
import { userShape } from '../users/users.shape.js';
import type { User } from '../users/users.types.js';
import { AccessObstacle, OrgAccessLevel } from './explain.enums.js';
import type { AccessExplanation } from './explain.types.js';
import { findSubject, type OrgSubject } from './findSubject.js';
import { orgAccessLevel } from './orgAccessLevel.js';

/** Facts of a user, apart from those that the caller asked for. */
interface Facts {
  readonly status: string;
  readonly isBlocked: boolean;
  readonly isPlatformAdmin: boolean;
  readonly holdsPermission: boolean;
  readonly hasActiveAssignment: boolean;
  readonly orgAccess: OrgAccessLevel | null;
  readonly membershipStatus: MembershipStatus | null;
}

type Row = Facts & { readonly key: string; readonly user: RowOf<User> };

function explanationShape(permission: string, org: OrgSubject | null): Shape {
  const facts = {
    status: sql`u.status`,
    isBlocked: sql`exists (select from session_blocklist b where b.user_id = u.id)`,
    isPlatformAdmin: sql`u.has_platform_access`,
    holdsPermission: sql`exists (select from effective_permissions p where p.user_id = u.id and p.permission = ${permission})`,
    hasActiveAssignment: sql`exists (select from active_assignments a join group_permissions p on p.group_id = a.group_id
      where a.user_id = u.id and p.permission = ${permission})`,
    orgAccess: org ? orgAccessLevel(org.key) : sql`null`,
    membershipStatus: org ? sql`(select m.status from org_memberships m where m.user_id = u.id and m.org_id = ${org.key})` : sql`null`,
  };
  return { key: sql`u.id`, always: Object.keys(facts), columns: facts, joined: { user: userShape } };
}

const userAlone: Selection = new Map([['user', new Map()]]);

/**
 * Says whether a user may do something at this moment, and why or why not. Decided by the view that a request's caller is decided by.
 * @param orgId of the org that the user would do it to, where it needs access to one
 * @throws NotFound where there is no such user or org
 * @throws Invalid where there is no such permission
 */
export async function explainAccess(
  ctx: Context,
  userId: string,
  permission: string,
  orgId: string | null | undefined,
  selection: Selection,
): Promise<Omit<AccessExplanation, 'user'> & { readonly user: RowOf<User> }> {
  const org = await findSubject(ctx, permission, orgId);
  const asked = merged(userAlone, new Map([['user', below(selection, 'user')]]));
  const columns = columnsOf(explanationShape(permission, org), asked);
  const { rows } = await sql<Record<string, unknown>>`/* explain access */ select ${selectList(columns)} from users u
    where u.public_id = ${userId} and u.deleted_at is null`.execute(ctx.db);
  const [row] = nested<Row>(columns, rows);
  if (!row) throw new NotFound('user', userId);
  const { user, orgAccess, membershipStatus } = row;
  return {
    user,
    permission,
    org,
    allowed: row.holdsPermission && orgAccess !== OrgAccessLevel.NONE,
    obstacles: obstaclesOf(row),
    enforcement: ctx.enforcement,
    orgAccess,
    membershipStatus,
  };
}

function obstaclesOf(facts: Facts): AccessObstacle[] {
  const standInTheWay: Readonly<Record<AccessObstacle, boolean>> = {
    user_deactivated: facts.status === 'deactivated',
    user_suspended: facts.status === 'suspended',
    user_blocked: facts.isBlocked,
    no_platform_access: !facts.isPlatformAdmin,
    no_active_assignment: !facts.hasActiveAssignment,
    no_org_access: facts.orgAccess === OrgAccessLevel.NONE,
  };
  return Object.values(AccessObstacle).filter((obstacle) => standInTheWay[obstacle]);
}
