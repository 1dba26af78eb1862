import { aGrant, aGroup, aMembership, anOrg, anOrgAccess, aPartner, aUser } from '../support/builders.js';
import { adminPassword } from '../support/fixtures.js';
import type { TestGateway } from '../support/gateway.js';
import type { CallerName } from './callers.js';
import type { PolicyName } from './policies.js';
import { auditRootFields } from './rootFields.audit.js';
import { auditKeepingRootFields } from './rootFields.auditKeeping.js';
import { explainRootFields } from './rootFields.explain.js';
import { jobRootFields } from './rootFields.jobs.js';
import { orgRootFields } from './rootFields.orgs.js';
import { shardRootFields } from './rootFields.shards.js';
import { userRootFields } from './rootFields.users.js';
import { workspaceRootFields } from './rootFields.workspaces.js';

/** What a caller is given: the object, a null with no error, or an error with this code. */
export type Outcome = 'data' | 'null' | 'UNAUTHENTICATED' | 'FORBIDDEN' | 'NOT_FOUND' | 'BAD_USER_INPUT';

export interface RootField {
  readonly document: string;
  /** What the document is about, made anew where the call may change it. For `absent`, each id in it is replaced by one of nothing. */
  readonly variables?: (at: Place) => Promise<object> | object;
  /** The key that opens the field, and that a refusal names: a permission, or what an API key lacks. */
  readonly permission?: string;
  /** Who is given what. Where no policy is named, it is the first that gives these callers these outcomes. */
  readonly policy?: PolicyName;
  readonly outcomes?: Readonly<Partial<Record<CallerName, Outcome>>>;
  /** What the refusal of a caller names, where it is not the permission. */
  readonly lacking?: Readonly<Partial<Record<CallerName, string>>>;
  /** What a refusal names, where it is not the permission. */
  readonly refusalNames?: string;
  /** Whether to call for what belongs to another too, where the policy makes no difference. */
  readonly alsoOther?: true;
  /** Whether so few of these run at once that each waits for the one before. */
  readonly oneAtATime?: true;
  /** Whether the call changes what its caller may do, so that it needs callers of its own. */
  readonly spendsCaller?: true;
  /** How many entries a change leaves in the trail, where it is not one. */
  readonly entries?: number;
  /** Reads the trail, which tells of it where the caller has not done so in the last minutes. */
  readonly isReading?: true;
}

export interface Place {
  readonly gateway: TestGateway;
  /** Of `own`, the org that the member belongs to, and that the admins have access to; of `other`, one to which neither applies. */
  readonly orgId: string;
  /** Of `own`, the caller; of `other`, a user who has nothing to do with them. */
  readonly userId: string;
}

/** An id that was never given out. */
export const nobody = '01890a5d-ac96-774b-bcce-b302099a8057';
const org = ({ orgId }: Place) => ({ id: orgId });
const aNewOrg = async ({ gateway }: Place) => ({ id: await anOrg(gateway.database) });
const user = async ({ gateway }: Place) => ({ id: await aUser(gateway.database) });

const group = ({ gateway }: Place) => aGroup(gateway.database);
const partner = async ({ gateway }: Place) => ({ id: await aPartner(gateway.database) });

async function admin({ gateway }: Place) {
  const id = await aUser(gateway.database);
  return { id, assignmentId: await aGrant(gateway.database, id, []) };
}

/** A key of the user's, if they can make one. */
async function apiKey({ gateway, userId }: Place) {
  const { data } = await gateway.graphql<{ createApiKey: { apiKey: { id: string } } }, object>(
    'mutation { createApiKey(input: { name: "a key" }) { apiKey { id } } }',
    {},
    { token: gateway.tokenFor(userId) },
  );
  return { id: data?.createApiKey.apiKey.id ?? nobody };
}

/** Another account with the first admin's password: how often one account signs in is limited. @returns what signs in */
async function account({ gateway: { database, adminId } }: Place) {
  const id = await aUser(database);
  await database.db
    .updateTable('users')
    .set({ password_hash: (eb) => eb.selectFrom('users as a').select('a.password_hash').where('a.public_id', '=', adminId) })
    .where('public_id', '=', id)
    .execute();
  const { email } = await database.db.selectFrom('users').select('email').where('public_id', '=', id).executeTakeFirstOrThrow();
  return { email, password: adminPassword };
}

async function refreshToken(at: Place): Promise<string> {
  const { data } = await at.gateway.graphql<{ login: { refreshToken: string } }, object>(
    'mutation ($input: LoginInput!) { login(input: $input) { refreshToken } }',
    { input: await account(at) },
  );
  return data?.login.refreshToken ?? 'the sign-in was refused';
}

/** Every root field, and by which policy. A new one is added here, on purpose. */
export const rootFields: Readonly<Record<string, RootField>> = {
  ...explainRootFields,
  ...auditKeepingRootFields,
  ...auditRootFields,
  ...userRootFields,
  ...orgRootFields,
  ...shardRootFields,
  ...jobRootFields,
  'Query.me': { policy: 'signedIn', document: '{ me { id email preferences } }' },
  'Query.viewer': { policy: 'signedIn', document: '{ viewer { credential permissions user { id } } }' },
  'Query.myOrgs': { policy: 'signedIn', document: '{ myOrgs { isGlobal nodes { id } } }' },
  'Query.myApiKeys': { policy: 'signedIn', document: '{ myApiKeys { nodes { id } } }' },
  'Query.node': {
    permission: 'platform.orgs.read',
    policy: 'nodeOfAnOrg',
    document: 'query ($id: ID!) { node(id: $id) { id } }',
    variables: org,
  },
  'Query.org': {
    permission: 'platform.orgs.read',
    policy: 'orgOrPermission',
    document: 'query ($id: UUID!) { org(id: $id) { id name } }',
    variables: org,
  },
  'Query.orgs': { permission: 'platform.orgs.list', policy: 'permission', document: '{ orgs { nodes { id } } }' },
  'Query.orgMembers': {
    permission: 'platform.users.read',
    policy: 'permission',
    alsoOther: true,
    document: 'query ($id: UUID!) { orgMembers(orgId: $id) { nodes { id } } }',
    variables: org,
  },
  'Query.orgBilling': {
    permission: 'platform.billing.read',
    policy: 'permissionAndOrgAccess',
    document: 'query ($id: UUID!) { orgBilling(orgId: $id) { maxLocations } }',
    variables: org,
  },
  'Query.user': {
    permission: 'platform.users.read',
    policy: 'selfOrPermission',
    document: 'query ($id: UUID!) { user(id: $id) { id } }',
    variables: ({ userId }) => ({ id: userId }),
  },
  'Query.users': { permission: 'platform.users.list', policy: 'permission', document: '{ users { nodes { id } } }' },
  'Query.impersonationSessions': {
    permission: 'platform.impersonation.read',
    policy: 'permission',
    document: '{ impersonationSessions { nodes { id reason } } }',
  },
  'Query.settings': { permission: 'platform.settings.read', policy: 'permission', document: '{ settings { version } }' },
  'Query.groups': { permission: 'platform.groups.list', policy: 'permission', document: '{ groups { nodes { id } } }' },
  'Query.allGroups': { permission: 'platform.groups.list', policy: 'permission', document: '{ allGroups { id } }' },
  'Query.group': {
    permission: 'platform.groups.read',
    policy: 'permission',
    document: 'query ($id: UUID!) { group(id: $id) { id permissions { key } } }',
    variables: async (at) => ({ id: await group(at) }),
  },
  'Query.permissions': { permission: 'platform.groups.read', policy: 'permission', document: '{ permissions { domains } }' },
  'Query.admins': { permission: 'platform.admins.list', policy: 'permission', document: '{ admins { nodes { id } } }' },
  'Query.admin': {
    permission: 'platform.admins.read',
    policy: 'permission',
    document: 'query ($id: UUID!) { admin(id: $id) { id } }',
    variables: ({ gateway }) => ({ id: gateway.adminId }),
  },
  'Query.adminOrgAccess': {
    permission: 'platform.org_access.read',
    policy: 'permission',
    document: 'query ($id: UUID!) { adminOrgAccess(adminId: $id) { id } }',
    variables: ({ gateway }) => ({ id: gateway.adminId }),
  },
  'Query.partners': { permission: 'platform.partners.list', policy: 'permission', document: '{ partners { nodes { id } } }' },
  'Query.partner': {
    permission: 'platform.partners.read',
    policy: 'permission',
    document: 'query ($id: UUID!) { partner(id: $id) { id } }',
    variables: partner,
  },

  'Mutation.login': {
    policy: 'anyone',
    document: 'mutation ($input: LoginInput!) { login(input: $input) { accessToken } }',
    variables: async (at) => ({ input: await account(at) }),
  },
  'Mutation.refreshToken': {
    policy: 'anyone',
    document: 'mutation ($token: String!) { refreshToken(input: { refreshToken: $token }) { accessToken } }',
    variables: async (at) => ({ token: await refreshToken(at) }),
  },
  'Mutation.logout': { policy: 'interactive', spendsCaller: true, document: 'mutation { logout { endedAt } }' },
  'Mutation.createApiKey': {
    policy: 'interactive',
    document: 'mutation { createApiKey(input: { name: "another" }) { apiKey { id } } }',
  },
  'Mutation.revokeApiKey': {
    policy: 'interactiveOwn',
    document: 'mutation ($id: UUID!) { revokeApiKey(id: $id) { revokedAt } }',
    variables: apiKey,
  },
  'Mutation.updateMyPreferences': {
    policy: 'signedIn',
    document: 'mutation { updateMyPreferences(preferences: { theme: "dark" }) { user { id } } }',
  },
  'Mutation.deactivateUser': {
    permission: 'platform.users.deactivate',
    policy: 'permission',
    document: 'mutation ($id: UUID!) { deactivateUser(id: $id) { user { id } } }',
    variables: user,
  },
  'Mutation.reactivateUser': {
    permission: 'platform.users.reactivate',
    policy: 'permission',
    document: 'mutation ($id: UUID!) { reactivateUser(id: $id) { user { id } } }',
    variables: async ({ gateway }) => ({ id: await aUser(gateway.database, { status: 'deactivated' }) }),
  },
  'Mutation.updateOrg': {
    permission: 'platform.orgs.update',
    policy: 'permission',
    document: 'mutation ($id: UUID!) { updateOrg(id: $id, input: { baseVersion: 1, name: "Acme" }) { org { id } } }',
    variables: aNewOrg,
  },
  'Mutation.updateOrgBilling': {
    permission: 'platform.billing.update',
    policy: 'permissionAndOrgAccess',
    document: 'mutation ($id: UUID!) { updateOrgBilling(orgId: $id, input: { maxLocations: 3 }) { billing { maxLocations } } }',
    variables: org,
  },
  'Mutation.startImpersonation': {
    permission: 'platform.impersonation.start',
    policy: 'startImpersonation',
    spendsCaller: true,
    document: `mutation ($userId: UUID!, $orgId: UUID!) {
      startImpersonation(input: { userId: $userId, orgId: $orgId, reason: "They asked for help." }) { token }
    }`,
    variables: async ({ gateway, orgId }) => {
      const userId = await aUser(gateway.database);
      await aMembership(gateway.database, orgId, userId);
      return { userId, orgId };
    },
  },
  'Mutation.endImpersonation': {
    permission: 'platform.impersonation.start',
    policy: 'endImpersonation',
    spendsCaller: true,
    document: 'mutation { endImpersonation { sessionId } }',
  },
  'Mutation.updateSettings': {
    permission: 'platform.settings.update',
    policy: 'permission',
    document: 'mutation { updateSettings(input: { maxOrgsPerShard: 400 }) { settings { version } } }',
  },
  'Mutation.createGroup': {
    permission: 'platform.groups.create',
    policy: 'permission',
    document: 'mutation ($name: String!) { createGroup(input: { name: $name }) { group { id } } }',
    variables: () => ({ name: crypto.randomUUID() }),
  },
  'Mutation.updateGroup': {
    permission: 'platform.groups.update',
    policy: 'permission',
    document: 'mutation ($id: UUID!) { updateGroup(id: $id, input: { baseVersion: 1, description: "x" }) { group { id } } }',
    variables: async (at) => ({ id: await group(at) }),
  },
  'Mutation.archiveGroup': {
    permission: 'platform.groups.delete',
    policy: 'permission',
    document: 'mutation ($id: UUID!) { archiveGroup(id: $id) { group { id } } }',
    variables: async (at) => ({ id: await group(at) }),
  },
  'Mutation.createAdmin': {
    permission: 'platform.admins.create',
    policy: 'permission',
    document: 'mutation ($input: CreateAdminInput!) { createAdmin(input: $input) { admin { id } } }',
    variables: async (at) => ({
      input: { email: `${crypto.randomUUID()}@test.example`, displayName: 'New', groupId: await group(at) },
    }),
  },
  'Mutation.updateAdmin': {
    permission: 'platform.admins.update',
    policy: 'permission',
    document: 'mutation ($id: UUID!) { updateAdmin(id: $id, input: { displayName: "Ada" }) { admin { id } } }',
    variables: async (at) => ({ id: (await admin(at)).id }),
  },
  'Mutation.revokeAdmin': {
    permission: 'platform.admins.revoke',
    policy: 'permission',
    document: 'mutation ($id: UUID!) { revokeAdmin(id: $id) { admin { id } } }',
    variables: async (at) => ({ id: (await admin(at)).id }),
  },
  'Mutation.assignGroup': {
    permission: 'platform.admins.update',
    policy: 'permission',
    document: 'mutation ($input: AssignGroupInput!) { assignGroup(input: $input) { assignment { id } } }',
    variables: async (at) => ({ input: { adminId: (await admin(at)).id, groupId: await group(at) } }),
  },
  'Mutation.setAssignmentExpiry': {
    permission: 'platform.admins.update',
    policy: 'permission',
    document: `mutation ($id: UUID!, $assignmentId: UUID!) {
      setAssignmentExpiry(adminId: $id, assignmentId: $assignmentId, expiresAt: "2099-01-01T00:00:00Z") { assignment { id } } }`,
    variables: admin,
  },
  'Mutation.unassignGroup': {
    permission: 'platform.admins.update',
    policy: 'permission',
    document: 'mutation ($id: UUID!, $assignmentId: UUID!) { unassignGroup(adminId: $id, assignmentId: $assignmentId) { removedId } }',
    variables: admin,
  },
  'Mutation.grantOrgAccess': {
    permission: 'platform.org_access.grant',
    policy: 'permissionToGiveOrgAccess',
    document: 'mutation ($input: GrantOrgAccessInput!) { grantOrgAccess(input: $input) { orgAccess { id } } }',
    variables: async (at) => ({ input: { adminId: (await admin(at)).id, orgId: at.orgId } }),
  },
  'Mutation.revokeOrgAccess': {
    permission: 'platform.org_access.revoke',
    policy: 'permission',
    alsoOther: true,
    document: 'mutation ($id: UUID!, $orgId: UUID!) { revokeOrgAccess(adminId: $id, orgId: $orgId) { removedId } }',
    async variables(at) {
      const { id } = await admin(at);
      await anOrgAccess(at.gateway.database, id, at.orgId);
      return { id, orgId: at.orgId };
    },
  },
  'Mutation.setGlobalAccess': {
    permission: 'platform.org_access.grant',
    policy: 'permission',
    document: 'mutation ($id: UUID!) { setGlobalAccess(adminId: $id, isGlobal: false) { admin { id } } }',
    variables: async (at) => ({ id: (await admin(at)).id }),
  },

  ...workspaceRootFields,

  'Mutation.createPartner': {
    permission: 'platform.partners.create',
    policy: 'permission',
    document: 'mutation ($slug: String!) { createPartner(input: { name: "A partner", slug: $slug }) { partner { id } } }',
    variables: () => ({ slug: crypto.randomUUID() }),
  },
  'Mutation.updatePartner': {
    permission: 'platform.partners.update',
    policy: 'permission',
    document: 'mutation ($id: UUID!) { updatePartner(id: $id, input: { baseVersion: 1, name: "Renamed" }) { partner { id } } }',
    variables: partner,
  },
  'Mutation.archivePartner': {
    permission: 'platform.partners.archive',
    policy: 'permission',
    document: 'mutation ($id: UUID!) { archivePartner(id: $id) { partner { id } } }',
    variables: partner,
  },

  'Mutation.linkIdentity': {
    permission: 'platform.users.update',
    policy: 'permission',
    document: 'mutation ($input: LinkIdentityInput!) { linkIdentity(input: $input) { identity { id } } }',
    variables: async ({ gateway }) => ({
      input: { userId: await aUser(gateway.database), issuer: 'https://issuer.example', subject: crypto.randomUUID() },
    }),
  },
  'Mutation.unlinkIdentity': {
    permission: 'platform.users.update',
    policy: 'permission',
    document: 'mutation ($id: UUID!) { unlinkIdentity(id: $id) { removedId } }',
    async variables({ gateway }) {
      const { db } = gateway.database;
      const userId = await aUser(gateway.database);
      const { id: key } = await db.selectFrom('users').select('id').where('public_id', '=', userId).executeTakeFirstOrThrow();
      const id = crypto.randomUUID();
      await db.insertInto('identities').values({ public_id: id, user_id: key, issuer: 'https://issuer.example', subject: id }).execute();
      return { id };
    },
  },
};
