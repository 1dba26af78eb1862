import fc from 'fast-check';
import { sql } from 'kysely';
import { type Credential, permissions, type World } from './world.js';

/** One thing that somebody tries to do: numbers choose among what there is then. */
export interface Act {
  readonly kind: keyof typeof acts;
  /** Which of the credentials calls. */
  readonly by: number;
  readonly target: number;
  readonly group: number;
  readonly org: number;
  readonly keys: readonly string[];
  readonly flag: boolean;
}

/** A call, and for whom it opens a new way in. */
interface Attempt {
  readonly query: string;
  readonly variables: object;
}

/** What an act is about, looked up when it is tried. */
interface Choice extends Omit<Act, 'target' | 'group' | 'org'> {
  readonly target: string;
  readonly group: { readonly id: string; readonly version: number };
  readonly org: string;
  readonly assignment: { readonly id: string; readonly adminId: string };
}

const never = '2099-01-01T00:00:00Z';

/** Everything that changes who may do what, by whatever way. */
const acts = {
  createGroup: ({ keys }: Choice): Attempt => ({
    query: 'mutation ($name: String!, $keys: [String!]!) { createGroup(input: { name: $name, permissions: $keys }) { group { id } } }',
    variables: { name: crypto.randomUUID(), keys },
  }),
  widenGroup: ({ group, keys }: Choice): Attempt => ({
    query:
      'mutation ($id: UUID!, $v: Int!, $keys: [String!]!) { updateGroup(id: $id, input: { baseVersion: $v, addPermissions: $keys }) { group { id } } }',
    variables: { id: group.id, v: group.version, keys },
  }),
  narrowGroup: ({ group, keys }: Choice): Attempt => ({
    query:
      'mutation ($id: UUID!, $v: Int!, $keys: [String!]!) { updateGroup(id: $id, input: { baseVersion: $v, removePermissions: $keys }) { group { id } } }',
    variables: { id: group.id, v: group.version, keys },
  }),
  archiveGroup: ({ group }: Choice): Attempt => ({
    query: 'mutation ($id: UUID!) { archiveGroup(id: $id) { group { id } } }',
    variables: { id: group.id },
  }),
  assign: ({ target, group, flag }: Choice): Attempt => ({
    query: 'mutation ($input: AssignGroupInput!) { assignGroup(input: $input) { assignment { id } } }',
    variables: { input: { adminId: target, groupId: group.id, expiresAt: flag ? never : null } },
  }),
  setExpiry: ({ assignment, flag }: Choice): Attempt => ({
    query:
      'mutation ($id: UUID!, $a: UUID!, $at: DateTime) { setAssignmentExpiry(adminId: $id, assignmentId: $a, expiresAt: $at) { assignment { id } } }',
    variables: { id: assignment.adminId, a: assignment.id, at: flag ? never : null },
  }),
  unassign: ({ assignment }: Choice): Attempt => ({
    query: 'mutation ($id: UUID!, $a: UUID!) { unassignGroup(adminId: $id, assignmentId: $a) { removedId } }',
    variables: { id: assignment.adminId, a: assignment.id },
  }),
  createAdmin: ({ target, group }: Choice): Attempt => ({
    query: 'mutation ($input: CreateAdminInput!) { createAdmin(input: $input) { admin { id } } }',
    variables: { input: { email: emailOf(target), displayName: 'Raised', groupId: group.id } },
  }),
  revokeAdmin: ({ target }: Choice): Attempt => ({
    query: 'mutation ($id: UUID!) { revokeAdmin(id: $id) { admin { id } } }',
    variables: { id: target },
  }),
  deactivate: ({ target }: Choice): Attempt => ({
    query: 'mutation ($id: UUID!) { deactivateUser(id: $id) { user { id } } }',
    variables: { id: target },
  }),
  reactivate: ({ target }: Choice): Attempt => ({
    query: 'mutation ($id: UUID!) { reactivateUser(id: $id) { user { id } } }',
    variables: { id: target },
  }),
  takeEmail: ({ target }: Choice): Attempt => ({
    query: 'mutation ($id: UUID!, $email: EmailAddress!) { updateUser(id: $id, input: { email: $email }) { user { id } } }',
    variables: { id: target, email: `${crypto.randomUUID()}@test.example` },
  }),
  grantOrgAccess: ({ target, org }: Choice): Attempt => ({
    query: 'mutation ($input: GrantOrgAccessInput!) { grantOrgAccess(input: $input) { orgAccess { id } } }',
    variables: { input: { adminId: target, orgId: org } },
  }),
  setGlobalAccess: ({ target, flag }: Choice): Attempt => ({
    query: 'mutation ($id: UUID!, $on: Boolean!) { setGlobalAccess(adminId: $id, isGlobal: $on) { admin { id } } }',
    variables: { id: target, on: flag },
  }),
  createApiKey: ({ keys }: Choice): Attempt => ({
    query: 'mutation ($keys: [String!]!) { createApiKey(input: { name: "k", permissions: $keys }) { secret } }',
    variables: { keys },
  }),
  impersonate: ({ target, org }: Choice): Attempt => ({
    query:
      'mutation ($u: UUID!, $o: UUID!) { startImpersonation(input: { userId: $u, orgId: $o, reason: "They asked for help." }) { token } }',
    variables: { u: target, o: org },
  }),
} as const;

/** An email that the builders did not give: each person's own, so that an act can name them by it. */
export function emailOf(personId: string): string {
  return `${personId}@people.example`;
}

/** An act of these kinds; each kind by its weight. */
export function anAct(weights: Readonly<Partial<Record<keyof typeof acts, number>>>): fc.Arbitrary<Act> {
  // The keys are those of the record's own type.
  const kinds = Object.entries(weights) as [keyof typeof acts, number][];
  const index = fc.nat({ max: 1_000 });
  return fc.record({
    kind: fc.oneof(...kinds.map(([kind, weight]) => ({ arbitrary: fc.constant(kind), weight }))),
    by: index,
    target: index,
    group: index,
    org: index,
    keys: fc.uniqueArray(fc.constantFrom(...permissions), { minLength: 1, maxLength: 3 }),
    flag: fc.boolean(),
  });
}

export const allKinds: Readonly<Record<keyof typeof acts, number>> = {
  ...{ createGroup: 2, widenGroup: 4, narrowGroup: 1, archiveGroup: 1, assign: 5, setExpiry: 2, unassign: 1, createAdmin: 3 },
  ...{ revokeAdmin: 1, deactivate: 1, reactivate: 2, takeEmail: 3, grantOrgAccess: 3, setGlobalAccess: 2, createApiKey: 3, impersonate: 3 },
};

function at<T>(items: readonly T[], index: number): T | undefined {
  return items[index % Math.max(items.length, 1)];
}

/** What came of an act. */
export interface Deed {
  readonly act: Act;
  readonly by: Credential;
  readonly target: string;
  readonly isDone: boolean;
}

/** Whose ways in, groups and assignments an act can meet, as they are now. */
async function choices({ gateway, people, before }: World) {
  const { rows: groups } = await sql<{ id: string; version: number }>`select g.public_id as id, g.version from groups g
    where exists (select from group_assignments a join users u on u.id = a.user_id where a.group_id = g.id and u.public_id = any (${people}::uuid[]))
      or g.id > ${before.group} order by g.id desc limit 12`.execute(gateway.database.db);
  const { rows: assignments } = await sql<{ id: string; adminId: string }>`select a.public_id as id, u.public_id as "adminId"
    from group_assignments a join users u on u.id = a.user_id where u.public_id = any (${people}::uuid[]) order by a.id`.execute(
    gateway.database.db,
  );
  return { groups, assignments };
}

/** Tries an act by the front door. A new way in that it answers with is kept, to be used later. */
export async function tryAct(world: World, act: Act, callers: readonly Credential[] = world.credentials): Promise<Deed | undefined> {
  const { groups, assignments } = await choices(world);
  const by = at(callers, act.by);
  const [target, org] = [at(world.people, act.target), at(world.orgs, act.org)];
  const [group, assignment] = [at(groups, act.group), at(assignments, act.group)];
  if (!by || !target || !org || !group || !assignment) return undefined;
  const { query, variables } = acts[act.kind]({ ...act, target, org, group, assignment });
  const { data, errors } = await world.gateway.graphql<Record<string, Record<string, string>>, object>(query, variables, by);
  const isDone = errors.length === 0;
  const secret = data?.createApiKey?.secret ?? data?.startImpersonation?.token;
  if (secret) world.credentials.push({ token: secret, personId: act.kind === 'impersonate' ? target : by.personId });
  return { act, by, target, isDone };
}
