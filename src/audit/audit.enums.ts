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
