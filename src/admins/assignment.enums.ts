import { registerEnumType } from 'type-graphql';

export const AssignmentState = {
  ACTIVE: 'active',
  SUSPENDED: 'suspended',
  EXPIRED: 'expired',
  GROUP_ARCHIVED: 'group_archived',
} as const;
export type AssignmentState = (typeof AssignmentState)[keyof typeof AssignmentState];
registerEnumType(AssignmentState, {
  name: 'AssignmentState',
  description: 'Whether an assignment gives the permissions of its group now, and why not.',
  valuesConfig: {
    ACTIVE: { description: 'It does.' },
    SUSPENDED: { description: 'The user is deactivated; it comes back with them.' },
    EXPIRED: { description: 'It has ended by itself.' },
    GROUP_ARCHIVED: { description: 'The group was archived.' },
  },
});
