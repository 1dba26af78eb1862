import { anOrg, aUser, aWorkspace, aWorkspaceMember } from '../support/builders.js';
import type { Caller, TestGateway } from '../support/gateway.js';

export type Role = NonNullable<Parameters<typeof aWorkspaceMember>[3]>;

export interface Workplace {
  readonly orgId: string;
  readonly workspaceId: string;
  /** The users by what they were made as, in the order of the roles that were asked for. */
  readonly users: readonly string[];
}

/** A new org with a workspace and one member for each role. */
export async function aWorkplace({ database }: TestGateway, ...roles: readonly Role[]): Promise<Workplace> {
  const users = [];
  for (const _ of roles) users.push(await aUser(database));
  const orgId = await anOrg(database, { members: users });
  const workspaceId = await aWorkspace(database, orgId, 'Research');
  for (const [i, role] of roles.entries()) await aWorkspaceMember(database, workspaceId, users[i] ?? '', role);
  return { orgId, workspaceId, users };
}

/** The members of a workspace by their user's id, as the database has them. */
export async function rolesIn({ database }: TestGateway, workspaceId: string): Promise<Record<string, string>> {
  const rows = await database.db
    .selectFrom('workspace_members as m')
    .innerJoin('workspaces as w', 'w.id', 'm.workspace_id')
    .innerJoin('users as u', 'u.id', 'm.user_id')
    .select(['u.public_id', 'm.role'])
    .where('w.public_id', '=', workspaceId)
    .execute();
  return Object.fromEntries(rows.map(({ public_id, role }) => [public_id, role]));
}

const documents = {
  add: `mutation ($workspaceId: UUID!, $userId: UUID!, $role: WorkspaceRole!) {
    addWorkspaceMember(workspaceId: $workspaceId, input: { userId: $userId, role: $role }) { member { role } } }`,
  change: `mutation ($workspaceId: UUID!, $userId: UUID!, $role: WorkspaceRole!) {
    changeWorkspaceMemberRole(workspaceId: $workspaceId, userId: $userId, input: { role: $role }) { member { role } } }`,
  remove: `mutation ($workspaceId: UUID!, $userId: UUID!) {
    removeWorkspaceMember(workspaceId: $workspaceId, userId: $userId) { removedUserId } }`,
  leaveOrg: 'mutation ($orgId: UUID!, $userId: UUID!) { removeOrgMember(orgId: $orgId, userId: $userId) { removedUserId } }',
};

/** One act on a member. @returns the code of its refusal, or undefined where it was done */
export async function act(
  gateway: TestGateway,
  what: keyof typeof documents,
  variables: { workspaceId?: string; orgId?: string; userId: string; role?: string },
  caller: Caller,
): Promise<unknown> {
  const { errors } = await gateway.graphql<unknown, object>(documents[what], variables, caller);
  return errors[0]?.extensions.code;
}
