import { allOf, each, hasPermission, isNotImpersonating, type Rules, withParent } from '../access/rule.js';

/** The platform's trail tells of every org: who acts as somebody inside one org reads nothing of it, whatever enforcement says. */
export const readsTrail = allOf(isNotImpersonating, hasPermission('platform.audit.read'));

export const auditRules: Rules = {
  Query: each(readsTrail, 'auditEntries', 'auditEntry', 'auditStats', 'auditResourceTypes', 'auditSeries', 'auditTop'),
  AuditEntry: {
    ...each(withParent, 'id', 'createdAt', 'action', 'outcome', 'resourceType', 'resourceId', 'resourceDisplayId', 'changedFields'),
    ...each(withParent, 'actorType', 'actorId', 'actorDisplayName', 'impersonatedUserId', 'orgId', 'orgName', 'permission'),
    ...each(withParent, 'ipAddress', 'traceId', 'occurrences', 'before', 'after', 'changes'),
  },
  AuditChange: each(withParent, 'field', 'before', 'after'),
  AuditStats: each(withParent, 'totalEntries', 'todayCount', 'activeActorsToday', 'distinctActors', 'byAction', 'byResourceType'),
  ResourceTypeCount: each(withParent, 'resourceType', 'count'),
  AuditCount: each(withParent, 'key', 'label', 'count'),
  AuditSeriesGroup: each(withParent, 'key', 'label', 'count', 'points'),
  AuditSeriesPoint: each(withParent, 'start', 'count'),
};
