import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { anEntry } from '../audit/exports.js';
import type { Place, RootField } from './rootFields.js';

/** An export of the user's that was not downloaded. */
async function anExport({ gateway: { database }, userId }: Place) {
  const id = uuidv7();
  await sql`insert into audit_exports (id, user_id, format, filter, expires_at)
    select ${id}, u.id, 'csv', '{}', now() + interval '1 hour' from users u where u.public_id = ${userId}`.execute(database.db);
  return { id };
}

/** Root fields of the trail's exports and of its seal. */
export const auditKeepingRootFields: Readonly<Record<string, RootField>> = {
  'Query.auditExport': {
    permission: 'platform.audit.export',
    policy: 'ownExport',
    document: 'query ($id: UUID!) { auditExport(id: $id) { id sha256 content } }',
    variables: anExport,
  },
  'Mutation.exportAudit': {
    permission: 'platform.audit.export',
    policy: 'trail',
    document: 'mutation { exportAudit(input: { filter: { outcome: DENIED } }) { export { id content } } }',
  },
  'Query.auditProof': {
    permission: 'platform.audit.read',
    policy: 'trail',
    isReading: true,
    document: 'query ($id: UUID!) { auditProof(entryId: $id) { text checkpoint { root } } }',
    variables: async ({ gateway }) => ({ id: await anEntry(gateway.database) }),
  },
};
