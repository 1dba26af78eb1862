import { sql } from 'kysely';
import { actorOf, type Context } from '../context.js';
import { batched } from '../graphql/batch.js';

export type WorkspaceUserAction = 'users:list' | 'users:read';
export type WorkspaceRole = 'owner' | 'admin' | 'member' | 'viewer';

const seesUsers: ReadonlySet<WorkspaceUserAction> = new Set(['users:list', 'users:read']);

/** What each role of a workspace lets do with the users in it. */
export const userActionsOf: Readonly<Record<WorkspaceRole, ReadonlySet<WorkspaceUserAction>>> = {
  owner: seesUsers,
  admin: seesUsers,
  member: seesUsers,
  viewer: seesUsers,
};

/** A workspace that is not archived, and what the caller is in it. */
export interface WorkspacePlace {
  readonly key: string;
  readonly orgId: string;
  readonly callersRole: WorkspaceRole | null;
}

/** @returns undefined where there is no such workspace; read once a request @throws Unauthenticated */
export function findWorkspacePlace(ctx: Context, workspaceId: string): Promise<WorkspacePlace | undefined> {
  const actor = actorOf(ctx);
  return batched(ctx, ['place in workspace'], workspaceId, async (ids) => {
    const { rows } = await sql<WorkspacePlace & { id: string }>`/* places in workspaces */ select w.id as key, w.public_id as id,
        o.public_id as "orgId", m.role as "callersRole"
      from workspaces w join orgs o on o.id = w.org_id
      left join workspace_members m on m.workspace_id = w.id and m.user_id = ${actor.key}
      where w.public_id = any (${ids}::uuid[]) and w.archived_at is null`.execute(ctx.db);
    return ids.map((id) => rows.find((row) => row.id === id));
  });
}
