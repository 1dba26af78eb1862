import { anEntry } from '../audit/exports.js';
import type { RootField } from './rootFields.js';

/** Root fields of the trail's exports and of its seal. */
export const auditKeepingRootFields: Readonly<Record<string, RootField>> = {
  'Query.auditExport': {
    permission: 'platform.audit.export',
    // It is another one's: for whoever may export, there is no such export.
    policy: 'permissionForOwn',
    document: 'query ($id: UUID!) { auditExport(id: $id) { id sha256 content } }',
    async variables({ gateway }) {
      const { data } = await gateway.graphql<{ exportAudit: { export: { id: string } } }, object>(
        'mutation { exportAudit(input: {}) { export { id } } }',
        {},
        { token: gateway.adminToken },
      );
      return { id: data?.exportAudit.export.id };
    },
  },
  'Mutation.exportAudit': {
    permission: 'platform.audit.export',
    policy: 'permission',
    document: 'mutation { exportAudit(input: { filter: { outcome: DENIED }, format: PARQUET }) { export { id content } } }',
  },
  'Query.auditProof': {
    permission: 'platform.audit.read',
    // It is not sealed yet.
    policy: 'permissionForNothingYet',
    document: 'query ($id: UUID!) { auditProof(entryId: $id) { text } }',
    variables: async ({ gateway }) => ({ id: await anEntry(gateway.database) }),
  },
};
