import { each, hasPermission, type Rules, sameAudience, withParent } from '../access/rule.js';

export const authProviderRules: Rules = {
  Query: { authProviderDeliveries: hasPermission('platform.settings.read') },
  Mutation: { retryAuthProviderDelivery: hasPermission('platform.settings.update') },
  AuthProviderDelivery: {
    ...each(withParent, 'id', 'event', 'user', 'state', 'attempts', 'lastError'),
    ...each(withParent, 'occurredAt', 'lastAttemptAt', 'nextAttemptAt', 'settledAt'),
  },
  // Who had it tried again is shown what became of it.
  AuthProviderDeliveryPayload: { delivery: sameAudience },
};
