import { aUser } from '../support/builders.js';
import type { Place, RootField } from './rootFields.js';

async function aGroup({ gateway }: Place): Promise<object> {
  const id = crypto.randomUUID();
  await gateway.database.db
    .insertInto('groups')
    .values({ public_id: id, name: `Group ${id}` })
    .execute();
  return { id };
}

async function aDelivery({ gateway }: Place): Promise<object> {
  const { db } = gateway.database;
  const user = await aUser(gateway.database);
  const { id: key } = await db.selectFrom('users').select('id').where('public_id', '=', user).executeTakeFirstOrThrow();
  const id = crypto.randomUUID();
  await db.insertInto('auth_provider_deliveries').values({ public_id: id, user_id: key, event: 'user.blocked', data: '{}' }).execute();
  return { id };
}

/** Root fields that explain who may do what, and that show what the auth provider is told. */
export const explainRootFields: Readonly<Record<string, RootField>> = {
  'Query.explainAccess': {
    permission: 'platform.admins.read',
    policy: 'permission',
    document: `query ($userId: UUID!, $orgId: UUID!) {
      explainAccess(userId: $userId, orgId: $orgId, permission: "platform.billing.read") { allowed user { id email } assignments { id group { name } } } }`,
    variables: ({ gateway, orgId }) => ({ userId: gateway.adminId, orgId }),
  },
  'Query.whoCan': {
    permission: 'platform.admins.read',
    policy: 'permission',
    document: '{ whoCan(permission: "platform.orgs.list") { nodes { user { id email } assignments { id group { name } } } } }',
  },
  'Query.previewGroupChange': {
    permission: 'platform.groups.update',
    policy: 'permission',
    document: `query ($id: UUID!) {
      previewGroupChange(id: $id, input: { baseVersion: 1 }) { wouldSucceed refusals { code } gaining { user { id } } } }`,
    variables: aGroup,
  },
  'Query.authProviderDeliveries': {
    permission: 'platform.settings.read',
    policy: 'permission',
    document: '{ authProviderDeliveries { nodes { id user { id } } } }',
  },
  'Mutation.retryAuthProviderDelivery': {
    permission: 'platform.settings.update',
    policy: 'permission',
    document: 'mutation ($id: UUID!) { retryAuthProviderDelivery(id: $id) { delivery { id state } } }',
    variables: aDelivery,
  },
};
