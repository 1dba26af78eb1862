import { registerEnumType } from 'type-graphql';

export const AuthProviderDeliveryState = { WAITING: 'waiting', FAILING: 'failing', DELIVERED: 'delivered', EXPIRED: 'expired' } as const;
export type AuthProviderDeliveryState = (typeof AuthProviderDeliveryState)[keyof typeof AuthProviderDeliveryState];
registerEnumType(AuthProviderDeliveryState, {
  name: 'AuthProviderDeliveryState',
  description: 'What became of an event that the auth provider is told of.',
  valuesConfig: {
    WAITING: { description: 'It has not been tried yet.' },
    FAILING: { description: 'The provider did not take it; it is tried again.' },
    DELIVERED: { description: 'The provider took it.' },
    EXPIRED: { description: 'Its token ran out before the provider took it.' },
  },
});

export const AuthProviderEventType = {
  USER_BLOCKED: 'user.blocked',
  USER_UNBLOCKED: 'user.unblocked',
  EMAIL_VERIFICATION_REQUESTED: 'email.verification_requested',
  PASSWORD_RESET_REQUESTED: 'password.reset_requested',
} as const;
export type AuthProviderEventType = (typeof AuthProviderEventType)[keyof typeof AuthProviderEventType];
registerEnumType(AuthProviderEventType, { name: 'AuthProviderEventType', description: 'What the auth provider is told of a user.' });
