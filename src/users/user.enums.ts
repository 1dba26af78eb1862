import { registerEnumType } from 'type-graphql';

export const UserStatus = { ACTIVE: 'active', SUSPENDED: 'suspended', DEACTIVATED: 'deactivated' } as const;
export type UserStatus = (typeof UserStatus)[keyof typeof UserStatus];
registerEnumType(UserStatus, {
  name: 'UserStatus',
  description: 'Where a user stands with the platform. Only active users can call it.',
});

export const UserOrderField = {
  DISPLAY_NAME: 'display_name',
  EMAIL: 'email',
  CREATED_AT: 'created_at',
  LAST_LOGIN_AT: 'last_login_at',
} as const;
export type UserOrderField = (typeof UserOrderField)[keyof typeof UserOrderField];
registerEnumType(UserOrderField, {
  name: 'UserOrderField',
  description: 'What users can be ordered by. Names and emails compare without case; who never signed in counts as the earliest.',
});
