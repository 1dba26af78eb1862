import { each, type Rules, sameAudience, withParent } from '../access/rule.js';
import { readsTrail } from '../audit/audit.rules.js';

/** Whose views they are, the service says: own ones and shared ones for reading, own ones for changing. */
export const auditViewRules: Rules = {
  Query: each(readsTrail, 'auditViews', 'auditView'),
  Mutation: each(readsTrail, 'createAuditView', 'updateAuditView', 'deleteAuditView'),
  AuditView: {
    ...each(withParent, 'id', 'name', 'description', 'filter', 'isShared', 'version', 'createdAt', 'updatedAt'),
    // A name and an id, of somebody whose entries the same callers read.
    owner: sameAudience,
  },
  // Who changed the view is shown what they changed.
  AuditViewPayload: { view: sameAudience },
  DeleteAuditViewPayload: each(withParent, 'deletedId'),
};
