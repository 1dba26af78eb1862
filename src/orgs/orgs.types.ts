import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../graphql/connection.js';
import { Node } from '../graphql/node.js';
import { OrderDirection } from '../graphql/order.js';
import { DateTime, EmailAddress, UUID } from '../graphql/scalars.js';
import { AccountType, OnboardingStatus, OrgOrderField, OrgStatus } from './org.enums.js';

@ObjectType({ description: 'A tenant of the platform.', implements: Node, simpleResolvers: true })
export class Org extends Node {
  @Field(() => String, { description: 'At most 200 characters.' })
  readonly name: string;

  @Field(() => String, { description: 'Names the org in addresses: lowercase kebab-case, unique, at most 100 characters.' })
  readonly slug: string;

  @Field(() => OrgStatus, { description: 'Whether the org is open to its members.' })
  readonly status: OrgStatus;

  @Field(() => Boolean, { description: 'Whether the status is active.' })
  readonly isActive: boolean;

  @Field(() => AccountType, { description: 'What the org has subscribed to.' })
  readonly accountType: AccountType;

  @Field(() => OnboardingStatus, { description: 'How far the org has come with its first steps.' })
  readonly onboardingStatus: OnboardingStatus;

  @Field(() => Int, { description: 'How many locations the org may have; at least 1.' })
  readonly maxLocations: number;

  @Field(() => Int, { description: 'How many active members the org has.' })
  readonly memberCount: number;

  @Field(() => Int, { description: 'How many workspaces of the org are not archived.' })
  readonly workspaceCount: number;

  @Field(() => String, { description: 'The schema on its shard that holds the org’s own data.' })
  readonly schemaName: string;

  @Field(() => Boolean, { description: 'Whether this is the platform’s own organisation.' })
  readonly isPlatform: boolean;

  @Field(() => EmailAddress, { nullable: true, description: 'Where bills go.' })
  readonly billingEmail: string | null;

  @Field(() => EmailAddress, { nullable: true, description: 'Whom to write to.' })
  readonly contactEmail: string | null;

  @Field(() => String, { nullable: true, description: 'Whom to ask for.' })
  readonly contactName: string | null;

  @Field(() => String, { nullable: true, description: 'Where to call.' })
  readonly contactPhone: string | null;

  @Field(() => String, { nullable: true, description: 'Headquarters: first line of the address.' })
  readonly hqAddressLine1: string | null;

  @Field(() => String, { nullable: true, description: 'Headquarters: second line of the address.' })
  readonly hqAddressLine2: string | null;

  @Field(() => String, { nullable: true, description: 'Headquarters: city.' })
  readonly hqCity: string | null;

  @Field(() => String, { nullable: true, description: 'Headquarters: country.' })
  readonly hqCountry: string | null;

  @Field(() => String, { nullable: true, description: 'Headquarters: postal code.' })
  readonly hqPostalCode: string | null;

  @Field(() => String, { nullable: true, description: 'Headquarters: state or region.' })
  readonly hqState: string | null;

  @Field(() => String, { nullable: true, description: 'What the platform’s admins note about the org; not for its members.' })
  readonly internalNotes: string | null;

  @Field(() => String, { nullable: true, description: 'Number at the tax office.' })
  readonly taxId: string | null;

  @Field(() => String, { nullable: true, description: 'Address of the org’s own pages.' })
  readonly website: string | null;

  @Field(() => Int, { description: 'Rises with each change; a change names the version it is based on.' })
  readonly version: number;

  @Field(() => DateTime, { description: 'When the org was made.' })
  readonly createdAt: string;

  @Field(() => DateTime, { description: 'When the org was last changed.' })
  readonly updatedAt: string;
}

@ObjectType({ description: 'An org, named.', simpleResolvers: true })
export class OrgRef {
  @Field(() => ID, { description: 'Of the org.' })
  readonly id: string;

  @Field(() => String, { description: 'The org’s name.' })
  readonly name: string;
}

export const OrgConnection = connectionType('Org', () => Org);
export const MyOrgConnection = connectionType('MyOrg', () => Org);

@InputType({ description: 'Which orgs. Several conditions must all hold.' })
export class OrgFilter {
  @Field(() => String, { nullable: true, description: 'Part of the name or the slug, without case; at most 500 characters.' })
  readonly search?: string | null;

  @Field(() => OrgStatus, { nullable: true, description: 'In this status.' })
  readonly status?: OrgStatus | null;
}

@InputType({ description: 'How orgs are ordered.' })
export class OrgOrder {
  @Field(() => OrgOrderField, { description: 'By what.' })
  readonly field: OrgOrderField;

  @Field(() => OrderDirection, { defaultValue: OrderDirection.ASC, description: 'From which end.' })
  readonly direction: OrderDirection;
}

@InputType({ description: 'What may be said of an org.' })
abstract class OrgDetailsInput {
  @Field(() => AccountType, { nullable: true, description: 'What the org has subscribed to.' })
  readonly accountType?: AccountType | null;

  @Field(() => Int, { nullable: true, description: 'At least 1.' })
  readonly maxLocations?: number | null;

  @Field(() => EmailAddress, { nullable: true, description: 'Where bills go.' })
  readonly billingEmail?: string | null;

  @Field(() => EmailAddress, { nullable: true, description: 'Whom to write to.' })
  readonly contactEmail?: string | null;

  @Field(() => String, { nullable: true, description: 'Whom to ask for.' })
  readonly contactName?: string | null;

  @Field(() => String, { nullable: true, description: 'Where to call.' })
  readonly contactPhone?: string | null;

  @Field(() => String, { nullable: true, description: 'Headquarters: first line of the address.' })
  readonly hqAddressLine1?: string | null;

  @Field(() => String, { nullable: true, description: 'Headquarters: second line of the address.' })
  readonly hqAddressLine2?: string | null;

  @Field(() => String, { nullable: true, description: 'Headquarters: city.' })
  readonly hqCity?: string | null;

  @Field(() => String, { nullable: true, description: 'Headquarters: country.' })
  readonly hqCountry?: string | null;

  @Field(() => String, { nullable: true, description: 'Headquarters: postal code.' })
  readonly hqPostalCode?: string | null;

  @Field(() => String, { nullable: true, description: 'Headquarters: state or region.' })
  readonly hqState?: string | null;

  @Field(() => String, { nullable: true, description: 'At most 10,000 characters.' })
  readonly internalNotes?: string | null;

  @Field(() => String, { nullable: true, description: 'Number at the tax office.' })
  readonly taxId?: string | null;

  @Field(() => String, { nullable: true, description: 'At most 2,048 characters.' })
  readonly website?: string | null;
}

@InputType({ description: 'An org to make.' })
export class CreateOrgInput extends OrgDetailsInput {
  @Field(() => String, { description: '1 to 200 characters.' })
  readonly name: string;

  @Field(() => String, { description: 'Lowercase kebab-case, at most 100 characters, unique.' })
  readonly slug: string;

  @Field(() => UUID, { nullable: true, description: 'A user who is to be the org’s first member, with the role hint `admin`.' })
  readonly adminUserId?: string | null;

  @Field(() => String, { nullable: true, description: 'Place the org on a shard of this region; on any where it is left out.' })
  readonly region?: string | null;
}

@InputType({ description: 'What to change. A field that is left out stays as it is; null clears it.' })
export class UpdateOrgInput extends OrgDetailsInput {
  @Field(() => Int, { description: 'The version that the change is based on. Another one is a conflict.' })
  readonly baseVersion: number;

  @Field(() => String, { nullable: true, description: '1 to 200 characters.' })
  readonly name?: string | null;

  @Field(() => String, { nullable: true, description: 'Lowercase kebab-case, at most 100 characters, unique.' })
  readonly slug?: string | null;

  @Field(() => OnboardingStatus, { nullable: true, description: 'How far the org has come with its first steps.' })
  readonly onboardingStatus?: OnboardingStatus | null;
}

@ObjectType({ description: 'The org as the change left it.', simpleResolvers: true })
export class UpdateOrgPayload {
  @Field(() => Org, { description: 'The org as the change left it.' })
  readonly org: Org;
}

@ObjectType({ description: 'The org that was made, ready for use.', simpleResolvers: true })
export class CreateOrgPayload {
  @Field(() => Org, { description: 'The org.' })
  readonly org: Org;
}

@ObjectType({ description: 'The org that was deleted.', simpleResolvers: true })
export class DeleteOrgPayload {
  @Field(() => ID, { description: 'The id that the org had.' })
  readonly deletedId: string;
}

@ObjectType({ description: 'What an org has subscribed to, and where its bills go.', simpleResolvers: true })
export class OrgBilling {
  @Field(() => ID, { description: 'The org.' })
  readonly orgId: string;

  @Field(() => AccountType, { description: 'What the org has subscribed to.' })
  readonly accountType: AccountType;

  @Field(() => Int, { description: 'How many locations the org may have.' })
  readonly maxLocations: number;

  @Field(() => EmailAddress, { nullable: true, description: 'Where bills go.' })
  readonly billingEmail: string | null;

  @Field(() => Int, { description: 'The org’s version, which rises with each change of its billing too.' })
  readonly version: number;
}

@InputType({ description: 'What to change. A field that is left out stays as it is; null clears it.' })
export class UpdateOrgBillingInput {
  @Field(() => Int, { nullable: true, description: 'The org’s version that the change is based on, where it matters.' })
  readonly baseVersion?: number | null;

  @Field(() => AccountType, { nullable: true, description: 'What the org has subscribed to.' })
  readonly accountType?: AccountType | null;

  @Field(() => Int, { nullable: true, description: 'At least 1.' })
  readonly maxLocations?: number | null;

  @Field(() => EmailAddress, { nullable: true, description: 'Where bills go.' })
  readonly billingEmail?: string | null;
}

@ObjectType({ description: 'The billing as the change left it.', simpleResolvers: true })
export class UpdateOrgBillingPayload {
  @Field(() => OrgBilling, { description: 'The billing as the change left it.' })
  readonly billing: OrgBilling;
}
