import { hasPermission, type Rules, withParent } from '../access/rule.js';

export const tokenRules: Rules = {
  Mutation: { cleanupTokens: hasPermission('platform.tokens.cleanup') },
  CleanupTokensPayload: { deletedCount: withParent },
};
