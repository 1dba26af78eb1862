import { anOrg } from '../support/builders.js';
import type { Place, RootField } from './rootFields.js';

const orgIn =
  (status: 'active' | 'suspended') =>
  async ({ gateway }: Place) => ({ id: await anOrg(gateway.database, { status }) });

/** The root fields that make, close and delete orgs. */
export const orgRootFields: Readonly<Record<string, RootField>> = {
  'Mutation.createOrg': {
    permission: 'platform.orgs.create',
    policy: 'permission',
    document: 'mutation ($slug: String!) { createOrg(input: { name: "An org", slug: $slug }) { org { id } } }',
    variables: () => ({ slug: crypto.randomUUID() }),
  },
  'Mutation.suspendOrg': {
    permission: 'platform.orgs.suspend',
    policy: 'permission',
    document: 'mutation ($id: UUID!) { suspendOrg(id: $id) { org { id } } }',
    variables: orgIn('active'),
  },
  'Mutation.resumeOrg': {
    permission: 'platform.orgs.suspend',
    policy: 'permission',
    document: 'mutation ($id: UUID!) { resumeOrg(id: $id) { org { id } } }',
    variables: orgIn('suspended'),
  },
  'Mutation.deleteOrg': {
    permission: 'platform.orgs.delete',
    policy: 'permission',
    document: 'mutation ($id: UUID!) { deleteOrg(id: $id) { deletedId } }',
    variables: orgIn('suspended'),
  },
};
