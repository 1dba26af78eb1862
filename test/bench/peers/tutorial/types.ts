import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';

export enum OrgStatus {
  ACTIVE = 'active',
  MIGRATING = 'migrating',
  SUSPENDED = 'suspended',
}
export enum AccountType {
  STARTER = 'starter',
  PROFESSIONAL = 'professional',
  ENTERPRISE = 'enterprise',
}
export enum OnboardingStatus {
  PENDING = 'pending',
  IN_PROGRESS = 'in_progress',
  COMPLETED = 'completed',
}
registerEnumType(OrgStatus, { name: 'OrgStatus' });
registerEnumType(AccountType, { name: 'AccountType' });
registerEnumType(OnboardingStatus, { name: 'OnboardingStatus' });

@ObjectType()
export class User {
  @Field(() => ID)
  readonly id: string;
  @Field(() => String)
  readonly displayName: string;
  @Field(() => String)
  readonly email: string;
}

@ObjectType()
export class Member {
  /** What the user is loaded by. */
  readonly userKey: string;
  @Field(() => String, { nullable: true })
  readonly roleHint: string | null;
}

@ObjectType()
export class MemberConnection {
  @Field(() => [Member])
  readonly nodes: readonly Member[];
}

@ObjectType()
export class Org {
  readonly key: string;
  @Field(() => ID)
  readonly id: string;
  @Field(() => String)
  readonly name: string;
  @Field(() => String)
  readonly slug: string;
  @Field(() => OrgStatus)
  readonly status: OrgStatus;
  @Field(() => AccountType)
  readonly accountType: AccountType;
  @Field(() => OnboardingStatus)
  readonly onboardingStatus: OnboardingStatus;
  @Field(() => Int)
  readonly maxLocations: number;
  @Field(() => String)
  readonly schemaName: string;
  @Field(() => String, { nullable: true })
  readonly billingEmail: string | null;
  @Field(() => String, { nullable: true })
  readonly contactEmail: string | null;
  @Field(() => String, { nullable: true })
  readonly contactName: string | null;
  @Field(() => String, { nullable: true })
  readonly contactPhone: string | null;
  @Field(() => String, { nullable: true })
  readonly hqAddressLine1: string | null;
  @Field(() => String, { nullable: true })
  readonly hqAddressLine2: string | null;
  @Field(() => String, { nullable: true })
  readonly hqCity: string | null;
  @Field(() => String, { nullable: true })
  readonly hqCountry: string | null;
  @Field(() => String, { nullable: true })
  readonly hqPostalCode: string | null;
  @Field(() => String, { nullable: true })
  readonly hqState: string | null;
  @Field(() => String, { nullable: true })
  readonly internalNotes: string | null;
  @Field(() => String, { nullable: true })
  readonly taxId: string | null;
  @Field(() => String, { nullable: true })
  readonly website: string | null;
  @Field(() => Int)
  readonly version: number;
  @Field(() => String)
  readonly createdAt: string;
  @Field(() => String)
  readonly updatedAt: string;
}

@ObjectType()
export class OrgConnection {
  @Field(() => [Org])
  readonly nodes: readonly Org[];
}
