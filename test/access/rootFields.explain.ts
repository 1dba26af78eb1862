import type { Place, RootField } from './rootFields.js';

const permitted: RootField['outcomes'] = {
  anonymous: 'UNAUTHENTICATED',
  member: 'FORBIDDEN',
  orgAdmin: 'FORBIDDEN',
  adminWithout: 'FORBIDDEN',
  adminWith: 'data',
  keyWith: 'data',
  keyWithout: 'FORBIDDEN',
};

async function aGroup({ gateway }: Place): Promise<object> {
  const id = crypto.randomUUID();
  await gateway.database.db
    .insertInto('groups')
    .values({ public_id: id, name: `Group ${id}` })
    .execute();
  return { id };
}

/** Root fields that explain who may do what. */
export const explainRootFields: Readonly<Record<string, RootField>> = {
  'Query.explainAccess': {
    permission: 'platform.admins.read',
    outcomes: permitted,
    document: `query ($userId: UUID!, $orgId: UUID!) {
      explainAccess(userId: $userId, orgId: $orgId, permission: "platform.billing.read") { allowed user { id email } assignments { id group { name } } } }`,
    variables: ({ gateway, orgId }) => ({ userId: gateway.adminId, orgId }),
  },
  'Query.whoCan': {
    permission: 'platform.admins.read',
    outcomes: permitted,
    document: '{ whoCan(permission: "platform.orgs.list") { nodes { user { id email } assignments { id group { name } } } } }',
  },
  'Query.previewGroupChange': {
    permission: 'platform.groups.update',
    outcomes: permitted,
    document: `query ($id: UUID!) {
      previewGroupChange(id: $id, input: { baseVersion: 1 }) { wouldSucceed refusals { code } gaining { user { id } } } }`,
    variables: aGroup,
  },
};
