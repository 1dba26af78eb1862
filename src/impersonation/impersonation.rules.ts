import { allOf, each, hasPermission, isImpersonatingOr, isInteractive, type Rules, withParent } from '../access/rule.js';

const mayStart = hasPermission('platform.impersonation.start');

export const impersonationRules: Rules = {
  Query: { impersonationSessions: hasPermission('platform.impersonation.read') },
  Mutation: {
    // Nobody acts as a user through a key, or while they act as another.
    startImpersonation: allOf(mayStart, isInteractive),
    endImpersonation: isImpersonatingOr(mayStart),
  },
  ImpersonationSession: each(
    withParent,
    ...(['id', 'adminUser', 'targetUser', 'targetOrg', 'reason', 'startedAt', 'expiresAt', 'isActive', 'endedAt'] as const),
  ),
  StartImpersonationPayload: each(withParent, 'sessionId', 'token', 'expiresAt', 'targetUser', 'targetOrg'),
  EndImpersonationPayload: each(withParent, 'sessionId'),
};
