import { anEntry } from '../audit/exports.js';
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

/** Root fields of the trail's exports and of its seal. */
export const auditKeepingRootFields: Readonly<Record<string, RootField>> = {
  'Query.auditExport': {
    permission: 'platform.audit.export',
    // It is another one's: for whoever may export, there is no such export.
    outcomes: { ...permitted, adminWith: 'NOT_FOUND', keyWith: 'NOT_FOUND' },
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
    outcomes: permitted,
    document: 'mutation { exportAudit(input: { filter: { outcome: DENIED }, format: PARQUET }) { export { id content } } }',
  },
  'Query.auditProof': {
    permission: 'platform.audit.read',
    // It is not sealed yet.
    outcomes: { ...permitted, adminWith: 'null', keyWith: 'null' },
    document: 'query ($id: UUID!) { auditProof(entryId: $id) { text } }',
    variables: async ({ gateway }) => ({ id: await anEntry(gateway.database) }),
  },
};
