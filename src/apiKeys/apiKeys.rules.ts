import { each, isInteractive, isSignedIn, type Rules, sameAudience, withParent } from '../access/rule.js';

export const apiKeyRules: Rules = {
  Query: { myApiKeys: isSignedIn },
  Mutation: {
    // A key that could make keys would outlive its own revocation.
    createApiKey: isInteractive,
    revokeApiKey: isInteractive,
  },
  ApiKey: each(withParent, 'id', 'name', 'prefix', 'permissions', 'createdAt', 'expiresAt', 'revokedAt'),
  // Who made the key owns it.
  CreateApiKeyPayload: { secret: withParent, apiKey: sameAudience },
  RevokeApiKeyPayload: each(withParent, 'apiKeyId', 'revokedAt'),
};
