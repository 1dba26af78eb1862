import { Field, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { DateTime } from '../graphql/scalars.js';
import { AccountType } from '../orgs/org.enums.js';

export const PermissionEnforcement = { ENABLED: 'enabled', AUDIT: 'audit', DISABLED: 'disabled' } as const;
export type PermissionEnforcement = (typeof PermissionEnforcement)[keyof typeof PermissionEnforcement];
registerEnumType(PermissionEnforcement, {
  name: 'PermissionEnforcement',
  description: 'How strictly permissions bind. It never switches off authentication, anti-escalation or org access.',
  valuesConfig: {
    ENABLED: { description: 'A missing permission is refused.' },
    AUDIT: { description: 'A missing permission is let through and recorded.' },
    DISABLED: { description: 'Permissions are not checked.' },
  },
});

@ObjectType({ description: 'What holds for the whole platform. Every gateway sees a change at its next request.', simpleResolvers: true })
export class Settings {
  @Field(() => AccountType, { description: 'What a new org has subscribed to where nothing else is said.' })
  readonly defaultAccountType: AccountType;

  @Field(() => Boolean, { description: 'Whether admins may act as users. Switching it off ends every such session.' })
  readonly impersonationEnabled: boolean;

  @Field(() => Int, { description: 'Seconds for which acting as a user lasts: 60 to 86,400.' })
  readonly impersonationTtlSeconds: number;

  @Field(() => Int, { description: 'How many orgs a new shard takes; at least 1.' })
  readonly maxOrgsPerShard: number;

  @Field(() => PermissionEnforcement, { description: 'How strictly permissions bind.' })
  readonly permissionEnforcement: PermissionEnforcement;

  @Field(() => Int, { description: 'Rises with each change.' })
  readonly version: number;

  @Field(() => DateTime, { description: 'When they were last changed.' })
  readonly updatedAt: string;
}

@InputType({ description: 'What to change. A field that is left out stays as it is.' })
export class UpdateSettingsInput {
  @Field(() => Int, {
    nullable: true,
    description: 'The version that the change is based on, where it matters. Another one is a conflict.',
  })
  readonly baseVersion?: number | null;

  @Field(() => AccountType, { nullable: true, description: 'What a new org has subscribed to where nothing else is said.' })
  readonly defaultAccountType?: AccountType | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether admins may act as users.' })
  readonly impersonationEnabled?: boolean | null;

  @Field(() => Int, { nullable: true, description: '60 to 86,400 seconds.' })
  readonly impersonationTtlSeconds?: number | null;

  @Field(() => Int, { nullable: true, description: 'At least 1.' })
  readonly maxOrgsPerShard?: number | null;

  @Field(() => PermissionEnforcement, { nullable: true, description: 'How strictly permissions bind.' })
  readonly permissionEnforcement?: PermissionEnforcement | null;
}

@ObjectType({ description: 'The settings as the change left them.', simpleResolvers: true })
export class UpdateSettingsPayload {
  @Field(() => Settings, { description: 'The settings as the change left them.' })
  readonly settings: Settings;
}
