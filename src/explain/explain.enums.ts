import { registerEnumType } from 'type-graphql';

export const OrgAccessLevel = { GLOBAL: 'global', GRANTED: 'granted', NONE: 'none' } as const;
export type OrgAccessLevel = (typeof OrgAccessLevel)[keyof typeof OrgAccessLevel];
registerEnumType(OrgAccessLevel, {
  name: 'OrgAccessLevel',
  description: 'Whether an admin may work on an org, and why.',
  valuesConfig: {
    GLOBAL: { description: 'They may work on every org.' },
    GRANTED: { description: 'They were granted access to this one.' },
    NONE: { description: 'They may not.' },
  },
});

export const AccessObstacle = {
  USER_DEACTIVATED: 'user_deactivated',
  USER_SUSPENDED: 'user_suspended',
  USER_BLOCKED: 'user_blocked',
  NO_PLATFORM_ACCESS: 'no_platform_access',
  NO_ACTIVE_ASSIGNMENT: 'no_active_assignment',
  NO_ORG_ACCESS: 'no_org_access',
} as const;
export type AccessObstacle = (typeof AccessObstacle)[keyof typeof AccessObstacle];
registerEnumType(AccessObstacle, {
  name: 'AccessObstacle',
  description: 'What stands in the way of a user who may not do something.',
  valuesConfig: {
    USER_DEACTIVATED: { description: 'The user is deactivated.' },
    USER_SUSPENDED: { description: 'The user is suspended.' },
    USER_BLOCKED: { description: 'The user’s sessions are blocked.' },
    NO_PLATFORM_ACCESS: { description: 'The user is no platform admin.' },
    NO_ACTIVE_ASSIGNMENT: { description: 'No group that the user has now holds the permission.' },
    NO_ORG_ACCESS: { description: 'The user may not work on the org.' },
  },
});
