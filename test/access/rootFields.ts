import { aGrant, aMembership, anOrg, anOrgAccess, aUser } from '../support/builders.js';
import { adminEmail, adminPassword } from '../support/fixtures.js';
import type { TestGateway } from '../support/gateway.js';
import type { CallerName } from './callers.js';
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
  /** What the document is about, made anew for each caller. */
  readonly variables?: (at: Place) => Promise<object> | object;
  /** The key that opens the field, and that a refusal names: a permission, or what an API key lacks. */
  readonly permission?: string;
  readonly outcomes: Readonly<Record<CallerName, Outcome>>;
  /** What the refusal of a caller names, where it is not the permission. */
  readonly lacking?: Readonly<Partial<Record<CallerName, string>>>;
  /** How many entries a change leaves in the trail, where it is not one. */
  readonly entries?: number;
}

export interface Place {
  readonly gateway: TestGateway;
  /** The org that the member belongs to, and that the admins have access to. */
  readonly orgId: string;
}

const signedIn: RootField['outcomes'] = {
  anonymous: 'UNAUTHENTICATED',
  member: 'data',
  orgAdmin: 'data',
  adminWithout: 'data',
  adminWith: 'data',
  keyWith: 'data',
  keyWithout: 'data',
};
const anyone: RootField['outcomes'] = { ...signedIn, anonymous: 'data' };
const interactive: RootField['outcomes'] = { ...signedIn, keyWith: 'FORBIDDEN', keyWithout: 'FORBIDDEN' };
const permitted: RootField['outcomes'] = {
  anonymous: 'UNAUTHENTICATED',
  member: 'FORBIDDEN',
  orgAdmin: 'FORBIDDEN',
  adminWithout: 'FORBIDDEN',
  adminWith: 'data',
  keyWith: 'data',
  keyWithout: 'FORBIDDEN',
};

const nobody = '01890a5d-ac96-774b-bcce-b302099a8057';
const org = ({ orgId }: Place) => ({ id: orgId });
const ownOrg = async ({ gateway }: Place) => ({ id: await anOrg(gateway.database) });
const user = async ({ gateway }: Place) => ({ id: await aUser(gateway.database) });

async function group({ gateway }: Place, name = `Group of ${crypto.randomUUID()}`): Promise<string> {
  const { data } = await gateway.graphql<{ createGroup: { group: { id: string } } }, object>(
    'mutation ($name: String!) { createGroup(input: { name: $name }) { group { id } } }',
    { name },
    { token: gateway.adminToken },
  );
  return data?.createGroup.group.id ?? nobody;
}

async function admin({ gateway }: Place) {
  const id = await aUser(gateway.database);
  return { id, assignmentId: await aGrant(gateway.database, id, []) };
}

async function partner({ gateway }: Place) {
  const { data } = await gateway.graphql<{ createPartner: { partner: { id: string } } }, object>(
    'mutation ($name: String!, $slug: String!) { createPartner(input: { name: $name, slug: $slug }) { partner { id } } }',
    { name: 'A partner', slug: crypto.randomUUID() },
    { token: gateway.adminToken },
  );
  return { id: data?.createPartner.partner.id ?? nobody };
}

async function refreshToken({ gateway }: Place): Promise<string> {
  const { data } = await gateway.graphql<{ login: { refreshToken: string } }, object>(
    'mutation ($input: LoginInput!) { login(input: $input) { refreshToken } }',
    { input: { email: adminEmail, password: adminPassword } },
  );
  return data?.login.refreshToken ?? 'the sign-in was refused';
}

/** Every root field, and what each kind of caller is given by it. A new one is added here, on purpose. */
export const rootFields: Readonly<Record<string, RootField>> = {
  ...explainRootFields,
  ...auditKeepingRootFields,
  ...auditRootFields,
  ...userRootFields,
  ...orgRootFields,
  ...shardRootFields,
  ...jobRootFields,
  'Query.me': { outcomes: signedIn, document: '{ me { id email preferences } }' },
  'Query.viewer': { outcomes: signedIn, document: '{ viewer { credential permissions user { id } } }' },
  'Query.myOrgs': { outcomes: signedIn, document: '{ myOrgs { isGlobal nodes { id } } }' },
  'Query.myApiKeys': { outcomes: signedIn, document: '{ myApiKeys { nodes { id } } }' },
  'Query.node': {
    permission: 'platform.orgs.read',
    outcomes: { ...signedIn, adminWithout: 'null', keyWithout: 'null' },
    document: 'query ($id: ID!) { node(id: $id) { id } }',
    variables: org,
  },
  'Query.org': {
    permission: 'platform.orgs.read',
    outcomes: { ...permitted, member: 'data', orgAdmin: 'data' },
    document: 'query ($id: UUID!) { org(id: $id) { id name } }',
    variables: org,
  },
  'Query.orgs': { permission: 'platform.orgs.list', outcomes: permitted, document: '{ orgs { nodes { id } } }' },
  'Query.orgMembers': {
    permission: 'platform.users.read',
    outcomes: permitted,
    document: 'query ($id: UUID!) { orgMembers(orgId: $id) { nodes { id } } }',
    variables: org,
  },
  'Query.orgBilling': {
    permission: 'platform.billing.read',
    outcomes: permitted,
    document: 'query ($id: UUID!) { orgBilling(orgId: $id) { maxLocations } }',
    variables: org,
  },
  'Query.user': {
    permission: 'platform.users.read',
    // For who has no part in the platform's administration, another user does not exist.
    outcomes: { ...permitted, member: 'NOT_FOUND', orgAdmin: 'NOT_FOUND' },
    document: 'query ($id: UUID!) { user(id: $id) { id } }',
    variables: user,
  },
  'Query.users': { permission: 'platform.users.list', outcomes: permitted, document: '{ users { nodes { id } } }' },
  'Query.impersonationSessions': {
    permission: 'platform.impersonation.read',
    outcomes: permitted,
    document: '{ impersonationSessions { nodes { id reason } } }',
  },
  'Query.settings': { permission: 'platform.settings.read', outcomes: permitted, document: '{ settings { version } }' },
  'Query.groups': { permission: 'platform.groups.list', outcomes: permitted, document: '{ groups { nodes { id } } }' },
  'Query.allGroups': { permission: 'platform.groups.list', outcomes: permitted, document: '{ allGroups { id } }' },
  'Query.group': {
    permission: 'platform.groups.read',
    outcomes: permitted,
    document: 'query ($id: UUID!) { group(id: $id) { id permissions { key } } }',
    variables: async (at) => ({ id: await group(at) }),
  },
  'Query.permissions': { permission: 'platform.groups.read', outcomes: permitted, document: '{ permissions { domains } }' },
  'Query.admins': { permission: 'platform.admins.list', outcomes: permitted, document: '{ admins { nodes { id } } }' },
  'Query.admin': {
    permission: 'platform.admins.read',
    outcomes: permitted,
    document: 'query ($id: UUID!) { admin(id: $id) { id } }',
    variables: ({ gateway }) => ({ id: gateway.adminId }),
  },
  'Query.adminOrgAccess': {
    permission: 'platform.org_access.read',
    outcomes: permitted,
    document: 'query ($id: UUID!) { adminOrgAccess(adminId: $id) { id } }',
    variables: ({ gateway }) => ({ id: gateway.adminId }),
  },
  'Query.partners': { permission: 'platform.partners.list', outcomes: permitted, document: '{ partners { nodes { id } } }' },
  'Query.partner': {
    permission: 'platform.partners.read',
    outcomes: permitted,
    document: 'query ($id: UUID!) { partner(id: $id) { id } }',
    variables: partner,
  },

  'Mutation.login': {
    outcomes: anyone,
    document: 'mutation ($input: LoginInput!) { login(input: $input) { accessToken } }',
    variables: () => ({ input: { email: adminEmail, password: adminPassword } }),
  },
  'Mutation.refreshToken': {
    outcomes: anyone,
    document: 'mutation ($token: String!) { refreshToken(input: { refreshToken: $token }) { accessToken } }',
    variables: async (at) => ({ token: await refreshToken(at) }),
  },
  'Mutation.logout': { permission: 'session', outcomes: interactive, document: 'mutation { logout { endedAt } }' },
  'Mutation.createApiKey': {
    permission: 'session',
    outcomes: interactive,
    document: 'mutation { createApiKey(input: { name: "another" }) { apiKey { id } } }',
  },
  'Mutation.revokeApiKey': {
    permission: 'session',
    // Allowed, but there is no such key of theirs.
    outcomes: { ...interactive, member: 'NOT_FOUND', orgAdmin: 'NOT_FOUND', adminWithout: 'NOT_FOUND', adminWith: 'NOT_FOUND' },
    document: 'mutation ($id: UUID!) { revokeApiKey(id: $id) { revokedAt } }',
    variables: () => ({ id: nobody }),
  },
  'Mutation.updateMyPreferences': {
    outcomes: signedIn,
    document: 'mutation { updateMyPreferences(preferences: { theme: "dark" }) { user { id } } }',
  },
  'Mutation.deactivateUser': {
    permission: 'platform.users.deactivate',
    outcomes: permitted,
    document: 'mutation ($id: UUID!) { deactivateUser(id: $id) { user { id } } }',
    variables: user,
  },
  'Mutation.reactivateUser': {
    permission: 'platform.users.reactivate',
    outcomes: permitted,
    document: 'mutation ($id: UUID!) { reactivateUser(id: $id) { user { id } } }',
    variables: async ({ gateway }) => ({ id: await aUser(gateway.database, { status: 'deactivated' }) }),
  },
  'Mutation.updateOrg': {
    permission: 'platform.orgs.update',
    outcomes: permitted,
    document: 'mutation ($id: UUID!) { updateOrg(id: $id, input: { baseVersion: 1, name: "Acme" }) { org { id } } }',
    variables: ownOrg,
  },
  'Mutation.updateOrgBilling': {
    permission: 'platform.billing.update',
    outcomes: permitted,
    document: 'mutation ($id: UUID!) { updateOrgBilling(orgId: $id, input: { maxLocations: 3 }) { billing { maxLocations } } }',
    variables: org,
  },
  'Mutation.startImpersonation': {
    permission: 'platform.impersonation.start',
    // A key may not act as a user, whatever it is permitted.
    outcomes: { ...permitted, keyWith: 'FORBIDDEN' },
    lacking: { keyWith: 'session' },
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
    // Whoever may end an impersonation acts as nobody here.
    outcomes: { ...permitted, adminWith: 'NOT_FOUND', keyWith: 'NOT_FOUND' },
    document: 'mutation { endImpersonation { sessionId } }',
  },
  'Mutation.updateSettings': {
    permission: 'platform.settings.update',
    outcomes: permitted,
    document: 'mutation { updateSettings(input: { maxOrgsPerShard: 400 }) { settings { version } } }',
  },
  'Mutation.createGroup': {
    permission: 'platform.groups.create',
    outcomes: permitted,
    document: 'mutation ($name: String!) { createGroup(input: { name: $name }) { group { id } } }',
    variables: () => ({ name: crypto.randomUUID() }),
  },
  'Mutation.updateGroup': {
    permission: 'platform.groups.update',
    outcomes: permitted,
    document: 'mutation ($id: UUID!) { updateGroup(id: $id, input: { baseVersion: 1, description: "x" }) { group { id } } }',
    variables: async (at) => ({ id: await group(at) }),
  },
  'Mutation.archiveGroup': {
    permission: 'platform.groups.delete',
    outcomes: permitted,
    document: 'mutation ($id: UUID!) { archiveGroup(id: $id) { group { id } } }',
    variables: async (at) => ({ id: await group(at) }),
  },
  'Mutation.createAdmin': {
    permission: 'platform.admins.create',
    outcomes: permitted,
    document: 'mutation ($input: CreateAdminInput!) { createAdmin(input: $input) { admin { id } } }',
    variables: async (at) => ({
      input: { email: `${crypto.randomUUID()}@test.example`, displayName: 'New', groupId: await group(at) },
    }),
  },
  'Mutation.updateAdmin': {
    permission: 'platform.admins.update',
    outcomes: permitted,
    document: 'mutation ($id: UUID!) { updateAdmin(id: $id, input: { displayName: "Ada" }) { admin { id } } }',
    variables: async (at) => ({ id: (await admin(at)).id }),
  },
  'Mutation.revokeAdmin': {
    permission: 'platform.admins.revoke',
    outcomes: permitted,
    document: 'mutation ($id: UUID!) { revokeAdmin(id: $id) { admin { id } } }',
    variables: async (at) => ({ id: (await admin(at)).id }),
  },
  'Mutation.assignGroup': {
    permission: 'platform.admins.update',
    outcomes: permitted,
    document: 'mutation ($input: AssignGroupInput!) { assignGroup(input: $input) { assignment { id } } }',
    variables: async (at) => ({ input: { adminId: (await admin(at)).id, groupId: await group(at) } }),
  },
  'Mutation.setAssignmentExpiry': {
    permission: 'platform.admins.update',
    outcomes: permitted,
    document: `mutation ($id: UUID!, $assignmentId: UUID!) {
      setAssignmentExpiry(adminId: $id, assignmentId: $assignmentId, expiresAt: "2099-01-01T00:00:00Z") { assignment { id } } }`,
    variables: admin,
  },
  'Mutation.unassignGroup': {
    permission: 'platform.admins.update',
    outcomes: permitted,
    document: 'mutation ($id: UUID!, $assignmentId: UUID!) { unassignGroup(adminId: $id, assignmentId: $assignmentId) { removedId } }',
    variables: admin,
  },
  'Mutation.grantOrgAccess': {
    permission: 'platform.org_access.grant',
    outcomes: permitted,
    document: 'mutation ($input: GrantOrgAccessInput!) { grantOrgAccess(input: $input) { orgAccess { id } } }',
    variables: async (at) => ({ input: { adminId: (await admin(at)).id, orgId: at.orgId } }),
  },
  'Mutation.revokeOrgAccess': {
    permission: 'platform.org_access.revoke',
    outcomes: permitted,
    document: 'mutation ($id: UUID!, $orgId: UUID!) { revokeOrgAccess(adminId: $id, orgId: $orgId) { removedId } }',
    async variables(at) {
      const { id } = await admin(at);
      await anOrgAccess(at.gateway.database, id, at.orgId);
      return { id, orgId: at.orgId };
    },
  },
  'Mutation.setGlobalAccess': {
    permission: 'platform.org_access.grant',
    outcomes: permitted,
    document: 'mutation ($id: UUID!) { setGlobalAccess(adminId: $id, isGlobal: false) { admin { id } } }',
    variables: async (at) => ({ id: (await admin(at)).id }),
  },

  ...workspaceRootFields,

  'Mutation.createPartner': {
    permission: 'platform.partners.create',
    outcomes: permitted,
    document: 'mutation ($slug: String!) { createPartner(input: { name: "A partner", slug: $slug }) { partner { id } } }',
    variables: () => ({ slug: crypto.randomUUID() }),
  },
  'Mutation.updatePartner': {
    permission: 'platform.partners.update',
    outcomes: permitted,
    document: 'mutation ($id: UUID!) { updatePartner(id: $id, input: { baseVersion: 1, name: "Renamed" }) { partner { id } } }',
    variables: partner,
  },
  'Mutation.archivePartner': {
    permission: 'platform.partners.archive',
    outcomes: permitted,
    document: 'mutation ($id: UUID!) { archivePartner(id: $id) { partner { id } } }',
    variables: partner,
  },

  'Mutation.linkIdentity': {
    permission: 'platform.users.update',
    outcomes: permitted,
    document: 'mutation ($input: LinkIdentityInput!) { linkIdentity(input: $input) { identity { id } } }',
    variables: async ({ gateway }) => ({
      input: { userId: await aUser(gateway.database), issuer: 'https://issuer.example', subject: crypto.randomUUID() },
    }),
  },
  'Mutation.unlinkIdentity': {
    permission: 'platform.users.update',
    outcomes: permitted,
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
