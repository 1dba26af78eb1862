import { each, isInteractive, isPublic, type Rules, sameAudience, withParent } from '../access/rule.js';

export const sessionRules: Rules = {
  Mutation: {
    // Whoever calls these has no access token, or one that has expired.
    login: isPublic,
    refreshToken: isPublic,
    logout: isInteractive,
  },
  // Who holds a session's tokens is its user.
  SessionPayload: { ...each(withParent, 'accessToken', 'refreshToken', 'expiresAt'), user: sameAudience },
  LogoutPayload: each(withParent, 'endedAt'),
};
