import { registerEnumType } from 'type-graphql';

export const AuditOutcome = { SUCCESS: 'success', DENIED: 'denied', VIOLATION: 'violation', FAILED: 'failed' } as const;
export type AuditOutcome = (typeof AuditOutcome)[keyof typeof AuditOutcome];
registerEnumType(AuditOutcome, {
  name: 'AuditOutcome',
  description: 'How what an entry tells of ended.',
  valuesConfig: {
    SUCCESS: { description: 'It was done.' },
    DENIED: { description: 'It was refused.' },
    VIOLATION: { description: 'It was done without the permission, because enforcement only audits.' },
    FAILED: { description: 'It was tried and did not succeed, such as a sign-in with a wrong password.' },
  },
});

export const ActorType = { USER: 'user', SYSTEM: 'system', API_KEY: 'api_key' } as const;
export type ActorType = (typeof ActorType)[keyof typeof ActorType];
registerEnumType(ActorType, {
  name: 'ActorType',
  description: 'What kind of caller acted.',
  valuesConfig: {
    USER: { description: 'A user, as themselves or as another one.' },
    SYSTEM: { description: 'The platform itself.' },
    API_KEY: { description: 'A program, with a user’s API key.' },
  },
});

export const AuditEntryOrderField = {
  CREATED_AT: 'created_at',
  ACTION: 'action',
  RESOURCE_TYPE: 'resource_type',
  ACTOR_ID: 'actor_id',
} as const;
export type AuditEntryOrderField = (typeof AuditEntryOrderField)[keyof typeof AuditEntryOrderField];
registerEnumType(AuditEntryOrderField, {
  name: 'AuditEntryOrderField',
  description: 'What entries can be ordered by. By time a page is found at once, however deep; entries that are equal are ordered by id.',
});

export const AuditDimension = { ACTION: 'action', RESOURCE_TYPE: 'resource_type', ACTOR: 'actor_id', ORG: 'org_id' } as const;
export type AuditDimension = (typeof AuditDimension)[keyof typeof AuditDimension];
registerEnumType(AuditDimension, { name: 'AuditDimension', description: 'What entries are told apart by when they are counted.' });

export const AuditBucket = { HOUR: 'hour', DAY: 'day', WEEK: 'week', MONTH: 'month' } as const;
export type AuditBucket = (typeof AuditBucket)[keyof typeof AuditBucket];
registerEnumType(AuditBucket, {
  name: 'AuditBucket',
  description: 'How long one point of a series is.',
  valuesConfig: { WEEK: { description: 'From Monday to Sunday (ISO 8601).' } },
});
