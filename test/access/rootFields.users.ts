import { aOneTimeToken, aUser } from '../support/builders.js';
import type { RootField } from './rootFields.js';

const someone: RootField['variables'] = async ({ gateway }) => ({ id: await aUser(gateway.database) });

/** A list of the platform, which a refusal names by what /v1 documents. */
function listOf(permission: string, document: string): RootField {
  return {
    permission,
    refusalNames: 'platform:read',
    policy: 'permission',
    document,
  };
}

/** Root fields of users, beside those that only read. */
export const userRootFields: Readonly<Record<string, RootField>> = {
  'Mutation.changePassword': {
    // Allowed, but none of them has a password.
    policy: 'ownPassword',
    document: 'mutation { changePassword(input: { currentPassword: "was it this", newPassword: "a better one" }) { endedSessions } }',
  },
  'Mutation.requestEmailVerification': {
    policy: 'interactive',
    document: 'mutation { requestEmailVerification { accepted } }',
  },
  'Mutation.requestPasswordReset': {
    policy: 'anyone',
    document: 'mutation ($email: EmailAddress!) { requestPasswordReset(input: { email: $email }) { accepted } }',
    variables: () => ({ email: `${crypto.randomUUID()}@test.example` }),
  },
  'Mutation.resetPassword': {
    policy: 'anyone',
    document: `mutation ($token: String!) {
      resetPassword(input: { token: $token, newPassword: "correct horse battery" }) { endedSessions } }`,
    variables: async ({ gateway: { database } }) => ({ token: await aOneTimeToken(database, await aUser(database), 'password_reset') }),
  },
  'Mutation.verifyEmail': {
    policy: 'anyone',
    document: 'mutation ($token: String!) { verifyEmail(input: { token: $token }) { email } }',
    variables: async ({ gateway: { database } }) => ({ token: await aOneTimeToken(database, await aUser(database), 'email_verification') }),
  },
  'Query.orgAdminAccess': {
    policy: 'signedIn',
    alsoOther: true,
    document: 'query ($id: UUID!) { orgAdminAccess(orgId: $id) { hasAccess } }',
    variables: ({ orgId }) => ({ id: orgId }),
  },
  'Query.platformStatus': { policy: 'signedIn', document: '{ platformStatus { isPlatformOrg } }' },
  'Query.platformUsers': listOf('platform.users.list', '{ platformUsers { nodes { id preferences } } }'),
  'Query.platformOrgs': listOf('platform.orgs.list', '{ platformOrgs { nodes { id workspaceCount } } }'),
  'Query.platformWorkspaces': listOf('platform.workspaces.list', '{ platformWorkspaces { nodes { id } } }'),
  'Mutation.cleanupTokens': {
    permission: 'platform.tokens.cleanup',
    policy: 'permission',
    document: 'mutation { cleanupTokens { deletedCount } }',
  },
  'Mutation.createUser': {
    permission: 'platform.users.create',
    policy: 'adminOfAnOrgOrPermission',
    document: 'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id roles } } }',
    variables: () => {
      const username = crypto.randomUUID();
      return { input: { email: `${username}@test.example`, username, password: 'correct horse battery' } };
    },
  },
  'Mutation.updateUser': {
    permission: 'platform.users.update',
    policy: 'permissionOrHidden',
    document: 'mutation ($id: UUID!) { updateUser(id: $id, input: { displayName: "Ada" }) { user { id } } }',
    variables: someone,
  },
  'Mutation.deleteUser': {
    permission: 'platform.users.delete',
    policy: 'permissionOrHidden',
    document: 'mutation ($id: UUID!) { deleteUser(id: $id) { deletedId } }',
    variables: someone,
  },
};
