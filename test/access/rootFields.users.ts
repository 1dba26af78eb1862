import { aUser } from '../support/builders.js';
import type { RootField } from './rootFields.js';

const someone: RootField['variables'] = async ({ gateway }) => ({ id: await aUser(gateway.database) });

/** Root fields of users, beside those that only read. */
export const userRootFields: Readonly<Record<string, RootField>> = {
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
