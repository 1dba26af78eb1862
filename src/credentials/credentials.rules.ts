import { each, isInteractive, isPublic, type Rules, withParent } from '../access/rule.js';

export const credentialRules: Rules = {
  Mutation: {
    changePassword: isInteractive,
    requestEmailVerification: isInteractive,
    // Whoever calls these cannot sign in, or was sent a token that says who they are.
    ...each(isPublic, 'requestPasswordReset', 'resetPassword', 'verifyEmail'),
  },
  PasswordPayload: each(withParent, 'endedSessions'),
  AcceptedPayload: each(withParent, 'accepted'),
  VerifyEmailPayload: each(withParent, 'email'),
};
