import { allOf, each, hasPermission, isNotImpersonating, type Rules, withParent } from '../../access/rule.js';

export const auditProofRules: Rules = {
  Query: { auditProof: allOf(isNotImpersonating, hasPermission('platform.audit.read')) },
  AuditProof: each(withParent, 'entryId', 'text', 'leaf', 'index', 'path', 'checkpoint'),
  AuditCheckpoint: {
    ...each(withParent, 'batch', 'entries', 'root', 'chain', 'sealedAt', 'keyId', 'signature'),
    ...each(withParent, 'signedText', 'publicKey'),
  },
};
