import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { connectionType } from '../graphql/connection.js';
import { DateTime } from '../graphql/scalars.js';

@ObjectType({ description: 'A lasting credential of a user, for programs.', simpleResolvers: true })
export class ApiKey {
  @Field(() => ID, { description: 'Of the key.' })
  readonly id: string;

  @Field(() => String, { description: 'What the key is for.' })
  readonly name: string;

  @Field(() => String, { description: 'How the key begins, to tell it from others.' })
  readonly prefix: string;

  @Field(() => [String], { description: 'Permissions that the key may use, as long as its owner has them.' })
  readonly permissions: string[];

  @Field(() => DateTime, { description: 'When the key was made.' })
  readonly createdAt: string;

  @Field(() => DateTime, { nullable: true, description: 'When the key stops working by itself, where it does.' })
  readonly expiresAt: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When the key was revoked, where it was.' })
  readonly revokedAt: string | null;
}

export const ApiKeyConnection = connectionType('ApiKey', () => ApiKey);

@InputType({ description: 'A key to make.' })
export class CreateApiKeyInput {
  @Field(() => String, { description: 'What the key is for: 1 to 200 characters.' })
  readonly name: string;

  @Field(() => [String], { defaultValue: [], description: 'Permissions that the key may use; the caller must hold each.' })
  readonly permissions: string[];

  @Field(() => DateTime, { nullable: true, description: 'When the key stops working by itself; never where it is left out.' })
  readonly expiresAt?: string | null;
}

@ObjectType({ description: 'A new key, and its secret.', simpleResolvers: true })
export class CreateApiKeyPayload {
  @Field(() => ApiKey, { description: 'The key.' })
  readonly apiKey: ApiKey;

  @Field(() => String, { description: 'What to send as `Authorization: Bearer <secret>`. It is shown here and never again.' })
  readonly secret: string;
}

@ObjectType({ description: 'The key as revoking left it.', simpleResolvers: true })
export class RevokeApiKeyPayload {
  @Field(() => ID, { description: 'Of the key.' })
  readonly apiKeyId: string;

  @Field(() => DateTime, { description: 'When the key was revoked.' })
  readonly revokedAt: string;
}
