import { expect } from '@jest/globals';
import { contend, type Race, type Round, type Track, tally } from './kit.js';

/** Ids of what there is, by kind: some of it is gone by the time that it is used. */
type Ids = Record<'org' | 'user' | 'workspace' | 'group' | 'assignment' | 'partner' | 'view' | 'job' | 'shard' | 'identity', string[]>;

interface Move {
  readonly document: string;
  variables(pick: (kind: keyof Ids) => string, name: string, random: () => number): Readonly<Record<string, unknown>>;
  /** Of which kind its result is one more. */
  readonly makes?: keyof Ids;
}

const on =
  (...kinds: readonly (keyof Ids)[]): Move['variables'] =>
  (pick) =>
    Object.fromEntries(kinds.map((kind) => [kind, pick(kind)]));
const named =
  (...kinds: readonly (keyof Ids)[]): Move['variables'] =>
  (pick, name) => ({ name, ...Object.fromEntries(kinds.map((kind) => [kind, pick(kind)])) });
const versioned =
  (...kinds: readonly (keyof Ids)[]): Move['variables'] =>
  (pick, name, random) => ({ name, version: 1 + Math.floor(random() * 4), ...Object.fromEntries(kinds.map((kind) => [kind, pick(kind)])) });

/** Whatever changes objects that others depend on; `createOrg` and moves make schemas, and come less often. */
const moves: readonly Move[] = [
  {
    document:
      'mutation ($name: String!, $user: UUID) { createOrg(input: { name: "Any", slug: $name, adminUserId: $user }) { org { id } } }',
    variables: named('user'),
    makes: 'org',
  },
  { document: 'mutation ($org: UUID!) { suspendOrg(id: $org) { org { id } } }', variables: on('org') },
  { document: 'mutation ($org: UUID!) { resumeOrg(id: $org) { org { id } } }', variables: on('org') },
  { document: 'mutation ($org: UUID!) { deleteOrg(id: $org) { deletedId } }', variables: on('org') },
  {
    document:
      'mutation ($org: UUID!, $version: Int!, $name: String!) { updateOrg(id: $org, input: { baseVersion: $version, name: $name }) { org { id } } }',
    variables: versioned('org'),
  },
  { document: 'mutation ($org: UUID!) { updateOrgBilling(orgId: $org, input: { maxLocations: 3 }) { __typename } }', variables: on('org') },
  {
    document:
      'mutation ($org: UUID!) { seedOrg(orgId: $org, input: { locations: 1, providers: 1, patients: 1, appointments: 1 }) { job { id } } }',
    variables: on('org'),
    makes: 'job',
  },
  { document: 'mutation ($job: UUID!) { cancelJob(id: $job) { job { id } } }', variables: on('job') },
  {
    document: 'mutation ($org: UUID!, $shard: UUID!) { moveOrg(orgId: $org, shardId: $shard) { job { id } } }',
    variables: on('org', 'shard'),
    makes: 'job',
  },
  {
    document: 'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }',
    variables: (pick, name) => ({
      input: { email: `${name}@test.example`, username: name, password: 'a long word, and another', orgId: pick('org') },
    }),
    makes: 'user',
  },
  {
    document: 'mutation ($user: UUID!, $name: String!) { updateUser(id: $user, input: { displayName: $name }) { user { id } } }',
    variables: named('user'),
  },
  { document: 'mutation ($user: UUID!) { deactivateUser(id: $user) { user { id } } }', variables: on('user') },
  { document: 'mutation ($user: UUID!) { reactivateUser(id: $user) { user { id } } }', variables: on('user') },
  { document: 'mutation ($user: UUID!) { deleteUser(id: $user) { deletedId } }', variables: on('user') },
  {
    document: 'mutation ($org: UUID!, $user: UUID!) { removeOrgMember(orgId: $org, userId: $user) { __typename } }',
    variables: on('org', 'user'),
  },
  {
    document:
      'mutation ($org: UUID!, $user: UUID!, $name: String!) { createWorkspace(orgId: $org, input: { name: "Any", slug: $name, ownerId: $user }) { workspace { id } } }',
    variables: named('org', 'user'),
    makes: 'workspace',
  },
  {
    document:
      'mutation ($workspace: UUID!, $version: Int!, $name: String!) { updateWorkspace(id: $workspace, input: { baseVersion: $version, name: $name }) { workspace { id } } }',
    variables: versioned('workspace'),
  },
  { document: 'mutation ($workspace: UUID!) { archiveWorkspace(id: $workspace) { workspace { id } } }', variables: on('workspace') },
  {
    document:
      'mutation ($workspace: UUID!, $user: UUID!) { addWorkspaceMember(workspaceId: $workspace, input: { userId: $user, role: OWNER }) { __typename } }',
    variables: on('workspace', 'user'),
  },
  {
    document:
      'mutation ($workspace: UUID!, $user: UUID!) { changeWorkspaceMemberRole(workspaceId: $workspace, userId: $user, input: { role: MEMBER }) { __typename } }',
    variables: on('workspace', 'user'),
  },
  {
    document: 'mutation ($workspace: UUID!, $user: UUID!) { removeWorkspaceMember(workspaceId: $workspace, userId: $user) { __typename } }',
    variables: on('workspace', 'user'),
  },
  {
    document: 'mutation ($name: String!) { createGroup(input: { name: $name, permissions: ["platform.orgs.list"] }) { group { id } } }',
    variables: named(),
    makes: 'group',
  },
  {
    document:
      'mutation ($group: UUID!, $version: Int!, $name: String!) { updateGroup(id: $group, input: { baseVersion: $version, name: $name }) { group { id } } }',
    variables: versioned('group'),
  },
  { document: 'mutation ($group: UUID!) { archiveGroup(id: $group) { group { id } } }', variables: on('group') },
  {
    document:
      'mutation ($name: String!, $email: EmailAddress!, $group: UUID!) { createAdmin(input: { displayName: $name, email: $email, groupId: $group }) { admin { id } } }',
    variables: (pick, name) => ({ name, email: `${name}@test.example`, group: pick('group') }),
    makes: 'user',
  },
  { document: 'mutation ($user: UUID!) { revokeAdmin(id: $user) { admin { id } } }', variables: on('user') },
  {
    document: 'mutation ($user: UUID!, $group: UUID!) { assignGroup(input: { adminId: $user, groupId: $group }) { assignment { id } } }',
    variables: on('user', 'group'),
    makes: 'assignment',
  },
  {
    document: 'mutation ($user: UUID!, $assignment: UUID!) { unassignGroup(adminId: $user, assignmentId: $assignment) { removedId } }',
    variables: on('user', 'assignment'),
  },
  {
    document: 'mutation ($user: UUID!, $org: UUID!) { grantOrgAccess(input: { adminId: $user, orgId: $org }) { __typename } }',
    variables: on('user', 'org'),
  },
  {
    document: 'mutation ($user: UUID!, $org: UUID!) { revokeOrgAccess(adminId: $user, orgId: $org) { removedId } }',
    variables: on('user', 'org'),
  },
  { document: 'mutation ($user: UUID!) { setGlobalAccess(adminId: $user, isGlobal: true) { __typename } }', variables: on('user') },
  {
    document:
      'mutation ($org: UUID!, $user: UUID!) { startImpersonation(input: { orgId: $org, userId: $user, reason: "All at once, everywhere." }) { sessionId } }',
    variables: on('org', 'user'),
  },
  { document: 'mutation { endImpersonation { sessionId } }', variables: () => ({}) },
  {
    document:
      'mutation ($user: UUID!, $name: String!) { linkIdentity(input: { userId: $user, issuer: "https://id.example", subject: $name }) { identity { id } } }',
    variables: named('user'),
    makes: 'identity',
  },
  { document: 'mutation ($identity: UUID!) { unlinkIdentity(id: $identity) { removedId } }', variables: on('identity') },
  {
    document: 'mutation ($name: String!) { createAuditView(input: { name: $name, filter: {} }) { view { id } } }',
    variables: named(),
    makes: 'view',
  },
  { document: 'mutation ($view: UUID!) { deleteAuditView(id: $view) { deletedId } }', variables: on('view') },
  {
    document: 'mutation ($name: String!) { createPartner(input: { name: "Any", slug: $name }) { partner { id } } }',
    variables: named(),
    makes: 'partner',
  },
  { document: 'mutation ($partner: UUID!) { archivePartner(id: $partner) { partner { id } } }', variables: on('partner') },
  { document: 'mutation { updateSettings(input: { maxOrgsPerShard: 490 }) { settings { version } } }', variables: () => ({}) },
];

const ids: Ids = { org: [], user: [], workspace: [], group: [], assignment: [], partner: [], view: [], job: [], shard: [], identity: [] };
/** Newest ids that are drawn from, so that requests meet at the same few objects. */
const few = 4;
const outcomes: string[] = [];

/** What there is at first. The one who does all this is none of it: without them nothing would go on. */
export async function knowFirst({ make }: Track): Promise<void> {
  const { id } = (await make('{ shards(first: 1) { nodes { id } } }', {})).shards.nodes[0];
  ids.shard.push(id);
  const input = { name: 'Any', slug: `any-${crypto.randomUUID()}` };
  const org = (await make('mutation ($input: CreateOrgInput!) { createOrg(input: $input) { org { id } } }', { input })).createOrg.org.id;
  ids.org.push(org);
  const name = crypto.randomUUID();
  const user = { email: `${name}@test.example`, username: name, password: 'a long word, and another', orgId: org };
  ids.user.push(
    (await make('mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id } } }', { input: user })).createUser.user.id,
  );
}

/** Changes something, by chance, and remembers what was made. @throws Error where that is answered with an internal error */
export async function move(track: Track, round: Round, number: number): Promise<void> {
  const one = moves[Math.floor(round.random() * moves.length)];
  if (!one) return;
  const pick = (kind: keyof Ids) => {
    const newest = ids[kind].slice(-few);
    return newest[Math.floor(round.random() * newest.length)] ?? crypto.randomUUID();
  };
  const { code, data } = await track.graphql(number, one.document, one.variables(pick, `any-${round.name}-${number}`, round.random));
  const payloads: Readonly<Record<string, Readonly<Record<string, { readonly id?: string }>> | null>> = data ?? {};
  const id = Object.values(Object.values(payloads)[0] ?? {})[0]?.id;
  if (one.makes && id) ids[one.makes].push(id);
  outcomes.push(code);
  // A refusal says what is in the way. Nothing of this is the server's own fault.
  if (code === 'INTERNAL_SERVER_ERROR') throw new Error(`${one.document} was answered with an internal error.`);
}

/** Everything that can be changed is changed by sixteen at once, at the same few objects: each is told yes or why not, and fsck finds nothing. */
export const everything: Race = {
  name: 'sixteen mutations of any kind at the same few objects',
  rounds: 20,
  prepare: knowFirst,
  async run(track, round) {
    await contend(round, 16, (number) => move(track, round, number));
    expect(track.gateways.map((gateway) => gateway.isAlive())).toEqual([true, true]);
    return 'each answered';
  },
  async tidy() {
    expect(outcomes.filter((code) => code === 'done').length).toBeGreaterThan(outcomes.length / 10);
    process.stdout.write(`at the same few objects: ${tally(outcomes)}\n`);
  },
};
