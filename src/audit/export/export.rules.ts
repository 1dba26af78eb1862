import { allOf, each, hasPermission, isNotImpersonating, type Rules, sameAudience, withParent } from '../../access/rule.js';

/** Whoever takes the trail away does so as themselves: an impersonation would show another one's name on it. */
const mayExport = allOf(isNotImpersonating, hasPermission('platform.audit.export'));

export const auditExportRules: Rules = {
  // The service finds the caller's own alone.
  Query: { auditExport: mayExport },
  Mutation: { exportAudit: mayExport },
  AuditExport: {
    ...each(withParent, 'id', 'format', 'state', 'filter', 'after', 'resumes', 'createdAt', 'expiresAt', 'finishedAt'),
    ...each(withParent, 'rows', 'bytes', 'sha256', 'content'),
  },
  AuditExportPayload: { export: sameAudience },
};
