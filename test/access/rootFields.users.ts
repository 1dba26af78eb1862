import { aUser } from '../support/builders.js';
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

/** Root fields of users, beside those that only read. */
export const userRootFields: Readonly<Record<string, RootField>> = {
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
