import { type Kysely, sql } from 'kysely';
import type { Tx } from '../audit/entry.js';
import { actorOf, type Context } from '../context.js';
import type { DB } from '../db/types.generated.js';
import { Forbidden, Hidden } from '../errors.js';
import { batched } from '../graphql/batch.js';
import { type Actor, hasOrgAccess, isMemberOf } from './actor.js';
import { isOpen } from './openOrg.js';
import { decidePermission, type Refusal } from './rule.js';
import { grantOf, roleAllows, type WorkspaceAction, type WorkspaceRole } from './workspaceRoles.js';

/** A workspace, and where a user stands in it. */
export interface WorkspaceStanding {
  readonly key: string;
  readonly id: string;
  readonly isArchived: boolean;
  readonly orgKey: string;
  readonly orgId: string;
  readonly orgName: string;
  /** Whether the user is an active member of the org, and the org is open to its members. */
  readonly isOrgMember: boolean;
  readonly isOrgAdmin: boolean;
  /** Null where they are no member of the workspace. */
  readonly role: WorkspaceRole | null;
}

/** Where a user stands in some workspaces; those that do not exist are left out. */
async function readStandings(db: Kysely<DB> | Tx, userKey: string, ids: readonly string[]): Promise<WorkspaceStanding[]> {
  const { rows } = await sql<WorkspaceStanding>`/* workspace standings */ select w.id as key, w.public_id as id,
      w.archived_at is not null as "isArchived", o.id as "orgKey", o.public_id as "orgId", o.name as "orgName", wm.role,
      coalesce(m.status = 'active' and ${sql.raw(isOpen('o'))}, false) as "isOrgMember", coalesce(m.role_hint = 'admin', false) as "isOrgAdmin"
    from workspaces w join orgs o on o.id = w.org_id
    left join org_memberships m on m.org_id = o.id and m.user_id = ${userKey}
    left join workspace_members wm on wm.workspace_id = w.id and wm.user_id = ${userKey}
    where w.public_id = any (${ids}::uuid[])`.execute(db);
  return rows;
}

/**
 * Where the caller stands in a workspace, loaded together with others that are asked for in the same tick.
 * @param orgId the org that the workspace must be part of, where the caller named one
 * @returns undefined where there is no such workspace
 * @throws Unauthenticated
 */
export async function standingIn(ctx: Context, id: string, orgId?: string | null): Promise<WorkspaceStanding | undefined> {
  const { key } = actorOf(ctx);
  const standing = await batched(ctx, ['workspace standing'], id, async (ids) => {
    const byId = new Map((await readStandings(ctx.db, key, ids)).map((each) => [each.id, each]));
    return ids.map((each) => byId.get(each));
  });
  return within(standing, orgId);
}

/** As `standingIn`, after locking the workspace until the transaction ends: changes of its members take turns. @throws Unauthenticated */
export async function lockStanding(ctx: Context, tx: Tx, id: string, orgId?: string | null): Promise<WorkspaceStanding | undefined> {
  const { key } = actorOf(ctx);
  await sql`/* lock workspace */ select from workspaces where public_id = ${id} for update`.execute(tx);
  // A statement of its own: one that had to wait for the lock would still see the roles as they were before it.
  const [standing] = await readStandings(tx, key, [id]);
  return within(standing, orgId);
}

function within(standing: WorkspaceStanding | undefined, orgId: string | null | undefined): WorkspaceStanding | undefined {
  return typeof orgId === 'string' && orgId !== standing?.orgId ? undefined : standing;
}

/** The caller's own role in a workspace; that of an owner for an admin of its org. Null for who is not in it. */
export function roleIn(actor: Actor, standing: WorkspaceStanding): WorkspaceRole | null {
  // An admin who acts as a user does so in one org, whatever others the user belongs to.
  if (!standing.isOrgMember || !isMemberOf(actor, standing.orgId)) return null;
  return standing.isOrgAdmin ? 'owner' : standing.role;
}

/**
 * The role by which the caller may do something in a workspace: their own, or an owner's for a platform admin who may do it in every
 * org, or in those that they have access to. Who belongs neither to the org nor to the platform's administration is told of no workspace,
 * and who may do nothing is not told whether there is one.
 * @param standing undefined where there is no such workspace
 */
export async function roleFor(
  ctx: Context,
  id: string,
  standing: WorkspaceStanding | undefined,
  action: WorkspaceAction,
): Promise<WorkspaceRole | Refusal> {
  const actor = actorOf(ctx);
  const role = standing && roleIn(actor, standing);
  if (role && roleAllows(role, action)) return role;
  if (await mayAsPlatformAdmin(ctx, standing, action)) return standing ? 'owner' : () => new Hidden('workspace', id);
  const isFellow = standing !== undefined && isMemberOf(actor, standing.orgId);
  return isFellow || actor.hasPlatformAccess ? () => new Forbidden(action) : () => new Hidden('workspace', id);
}

async function mayAsPlatformAdmin(ctx: Context, standing: WorkspaceStanding | undefined, action: WorkspaceAction): Promise<boolean> {
  const actor = actorOf(ctx);
  const { platform, withOrgAccess } = grantOf(action);
  const reaches = !withOrgAccess || (standing ? hasOrgAccess(actor, standing.orgId) : actor.isGlobalAccess);
  return reaches && (await decidePermission(ctx, platform)) === true;
}
