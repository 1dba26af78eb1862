import { aOneTimeToken, aUser } from '../support/builders.js';
import type { RootField } from './rootFields.js';

const permitted: RootField['outcomes'] = {
  anonymous: 'UNAUTHENTICATED',
  member: 'FORBIDDEN',
  orgAdmin: 'FORBIDDEN',
  adminWithout: 'FORBIDDEN',
  adminWith: 'data',
  keyWith: 'data',
  keyWithout: 'FORBIDDEN',
};
// For who shares no org with them and has no part in the platform's administration, another user does not exist.
const hidden: RootField['outcomes'] = { ...permitted, member: 'NOT_FOUND', orgAdmin: 'NOT_FOUND' };
const someone: RootField['variables'] = async ({ gateway }) => ({ id: await aUser(gateway.database) });

const signedIn: RootField['outcomes'] = {
  anonymous: 'UNAUTHENTICATED',
  member: 'data',
  orgAdmin: 'data',
  adminWithout: 'data',
  adminWith: 'data',
  keyWith: 'data',
  keyWithout: 'data',
};

const interactive: RootField['outcomes'] = { ...signedIn, keyWith: 'FORBIDDEN', keyWithout: 'FORBIDDEN' };

/** A list of the platform, which a refusal names by what /v1 documents. */
function listOf(permission: string, document: string): RootField {
  const documented = 'platform:read';
  return {
    permission,
    outcomes: permitted,
    document,
    lacking: { member: documented, orgAdmin: documented, adminWithout: documented, keyWithout: documented },
  };
}

/** Root fields of users, beside those that only read. */
export const userRootFields: Readonly<Record<string, RootField>> = {
  'Mutation.changePassword': {
    permission: 'session',
    // Allowed, but none of them has a password.
    outcomes: {
      ...interactive,
      member: 'BAD_USER_INPUT',
      orgAdmin: 'BAD_USER_INPUT',
      adminWithout: 'BAD_USER_INPUT',
      adminWith: 'BAD_USER_INPUT',
    },
    document: 'mutation { changePassword(input: { currentPassword: "was it this", newPassword: "a better one" }) { endedSessions } }',
  },
  'Mutation.requestEmailVerification': {
    permission: 'session',
    outcomes: interactive,
    document: 'mutation { requestEmailVerification { accepted } }',
  },
  'Mutation.requestPasswordReset': {
    outcomes: { ...signedIn, anonymous: 'data' },
    document: 'mutation ($email: EmailAddress!) { requestPasswordReset(input: { email: $email }) { accepted } }',
    variables: () => ({ email: `${crypto.randomUUID()}@test.example` }),
  },
  'Mutation.resetPassword': {
    outcomes: { ...signedIn, anonymous: 'data' },
    document: `mutation ($token: String!) {
      resetPassword(input: { token: $token, newPassword: "correct horse battery" }) { endedSessions } }`,
    variables: async ({ gateway: { database } }) => ({ token: await aOneTimeToken(database, await aUser(database), 'password_reset') }),
  },
  'Mutation.verifyEmail': {
    outcomes: { ...signedIn, anonymous: 'data' },
    document: 'mutation ($token: String!) { verifyEmail(input: { token: $token }) { email } }',
    variables: async ({ gateway: { database } }) => ({ token: await aOneTimeToken(database, await aUser(database), 'email_verification') }),
  },
  'Query.orgAdminAccess': {
    outcomes: signedIn,
    document: 'query ($id: UUID!) { orgAdminAccess(orgId: $id) { hasAccess } }',
    variables: ({ orgId }) => ({ id: orgId }),
  },
  'Query.platformStatus': { outcomes: signedIn, document: '{ platformStatus { isPlatformOrg } }' },
  'Query.platformUsers': listOf('platform.users.list', '{ platformUsers { nodes { id preferences } } }'),
  'Query.platformOrgs': listOf('platform.orgs.list', '{ platformOrgs { nodes { id workspaceCount } } }'),
  'Query.platformWorkspaces': listOf('platform.workspaces.list', '{ platformWorkspaces { nodes { id } } }'),
  'Mutation.cleanupTokens': {
    permission: 'platform.tokens.cleanup',
    outcomes: permitted,
    document: 'mutation { cleanupTokens { deletedCount } }',
  },
  'Mutation.createUser': {
    permission: 'platform.users.create',
    outcomes: { ...permitted, orgAdmin: 'data' },
    document: 'mutation ($input: CreateUserInput!) { createUser(input: $input) { user { id roles } } }',
    variables: () => {
      const username = crypto.randomUUID();
      return { input: { email: `${username}@test.example`, username, password: 'correct horse battery' } };
    },
  },
  'Mutation.updateUser': {
    permission: 'platform.users.update',
    outcomes: hidden,
    document: 'mutation ($id: UUID!) { updateUser(id: $id, input: { displayName: "Ada" }) { user { id } } }',
    variables: someone,
  },
  'Mutation.deleteUser': {
    permission: 'platform.users.delete',
    outcomes: hidden,
    document: 'mutation ($id: UUID!) { deleteUser(id: $id) { deletedId } }',
    variables: someone,
  },
};
