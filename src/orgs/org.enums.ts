import { registerEnumType } from 'type-graphql';

export const OrgStatus = { ACTIVE: 'active', MIGRATING: 'migrating', SUSPENDED: 'suspended' } as const;
export type OrgStatus = (typeof OrgStatus)[keyof typeof OrgStatus];
registerEnumType(OrgStatus, {
  name: 'OrgStatus',
  description: 'Whether an org is open to its members.',
  valuesConfig: {
    ACTIVE: { description: 'Open.' },
    MIGRATING: { description: 'Being made, or moved to another shard.' },
    SUSPENDED: { description: 'Closed to its members.' },
  },
});

export const AccountType = { STARTER: 'starter', PROFESSIONAL: 'professional', ENTERPRISE: 'enterprise' } as const;
export type AccountType = (typeof AccountType)[keyof typeof AccountType];
registerEnumType(AccountType, { name: 'AccountType', description: 'What an org has subscribed to.' });

export const OnboardingStatus = { PENDING: 'pending', IN_PROGRESS: 'in_progress', COMPLETED: 'completed' } as const;
export type OnboardingStatus = (typeof OnboardingStatus)[keyof typeof OnboardingStatus];
registerEnumType(OnboardingStatus, { name: 'OnboardingStatus', description: 'How far an org has come with its first steps.' });

export const MembershipStatus = { INVITED: 'invited', ACTIVE: 'active', SUSPENDED: 'suspended', REMOVED: 'removed' } as const;
export type MembershipStatus = (typeof MembershipStatus)[keyof typeof MembershipStatus];
registerEnumType(MembershipStatus, {
  name: 'MembershipStatus',
  description: 'Where a user stands with an org. Only active members reach it.',
});

export const OrgOrderField = { NAME: 'name', SLUG: 'slug', CREATED_AT: 'created_at' } as const;
export type OrgOrderField = (typeof OrgOrderField)[keyof typeof OrgOrderField];
registerEnumType(OrgOrderField, { name: 'OrgOrderField', description: 'What orgs can be ordered by. Names compare without case.' });

export const OrgMemberOrderField = { DISPLAY_NAME: 'display_name', EMAIL: 'email', JOINED_AT: 'joined_at' } as const;
export type OrgMemberOrderField = (typeof OrgMemberOrderField)[keyof typeof OrgMemberOrderField];
registerEnumType(OrgMemberOrderField, {
  name: 'OrgMemberOrderField',
  description: 'What members can be ordered by. Who has not joined yet counts as joining last.',
});
