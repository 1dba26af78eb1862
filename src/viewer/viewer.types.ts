import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { User } from '../users/users.types.js';

export const CredentialKind = { SESSION: 'session', TOKEN: 'token', API_KEY: 'api_key', IMPERSONATION: 'impersonation' } as const;
export type CredentialKind = (typeof CredentialKind)[keyof typeof CredentialKind];
registerEnumType(CredentialKind, {
  name: 'CredentialKind',
  description: 'How a caller proved who they are.',
  valuesConfig: {
    SESSION: { description: 'An access token of a session that began with a sign-in.' },
    TOKEN: { description: 'An access token that the platform itself gave out at its start.' },
    API_KEY: { description: 'An API key.' },
    IMPERSONATION: { description: 'An admin acts as the user.' },
  },
});

@ObjectType({ description: 'What the platform knows of whoever calls.', simpleResolvers: true })
export class Viewer {
  @Field(() => User, { description: 'Who calls.' })
  readonly user: User;

  @Field(() => CredentialKind, { description: 'How they proved it.' })
  readonly credential: CredentialKind;

  @Field(() => [String], {
    description: 'Keys of the permissions that this call can use, in order: an API key may have fewer than its owner.',
  })
  readonly permissions: string[];
}
