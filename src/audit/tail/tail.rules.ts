import { each, type Rules, sameAudience, withParent } from '../../access/rule.js';
import { readsTrail } from '../audit.rules.js';

export const auditTailRules: Rules = {
  Subscription: { auditTail: readsTrail },
  AuditTailEvent: { ...each(withParent, 'cursor'), entries: sameAudience },
};
