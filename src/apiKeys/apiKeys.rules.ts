import { isInteractive, isSignedIn, type Rules, sameAudience, withParent } from '../access/rule.js';

export const apiKeyRules: Rules = {
  Query: { myApiKeys: isSignedIn },
  Mutation: {
    // A key that could make keys would outlive its own revocation.
    createApiKey: isInteractive,
    revokeApiKey: isInteractive,
  },
  ApiKey: { '*': withParent },
  // Who made the key owns it.
  CreateApiKeyPayload: { '*': withParent, apiKey: sameAudience },
  RevokeApiKeyPayload: { '*': withParent },
};
