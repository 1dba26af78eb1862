import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { connectionType } from '../graphql/connection.js';
import { DateTime, EmailAddress, UUID } from '../graphql/scalars.js';

@ObjectType({ description: 'A place where an org treats patients.', simpleResolvers: true })
export class Location {
  @Field(() => ID, { description: 'Unique in the whole platform.' })
  readonly id: string;

  @Field(() => String, { description: 'The org’s own key of it.' })
  readonly code: string;

  @Field(() => String, { description: 'What it is called.' })
  readonly name: string;

  @Field(() => String, { nullable: true, description: 'First line of the address.' })
  readonly addressLine1: string | null;

  @Field(() => String, { nullable: true, description: 'Second line of the address.' })
  readonly addressLine2: string | null;

  @Field(() => String, { nullable: true, description: 'City.' })
  readonly city: string | null;

  @Field(() => String, { nullable: true, description: 'State or region.' })
  readonly state: string | null;

  @Field(() => String, { nullable: true, description: 'Postal code.' })
  readonly postalCode: string | null;

  @Field(() => String, { nullable: true, description: 'Country.' })
  readonly country: string | null;

  @Field(() => String, { nullable: true, description: 'Where to call.' })
  readonly phone: string | null;

  @Field(() => String, { description: 'Its time zone, by the name of the IANA database.' })
  readonly timezone: string;

  @Field(() => Boolean, { description: 'Whether it is in use.' })
  readonly isActive: boolean;

  @Field(() => DateTime, { description: 'When it was made.' })
  readonly createdAt: string;

  @Field(() => DateTime, { description: 'When it last changed.' })
  readonly updatedAt: string;
}

export const LocationConnection = connectionType('Location', () => Location);

@ObjectType({ description: 'A location by its names.', simpleResolvers: true })
export class LocationRef {
  @Field(() => ID, { description: 'The location’s id.' })
  readonly id: string;

  @Field(() => String, { description: 'The org’s own key of it.' })
  readonly code: string;

  @Field(() => String, { description: 'What it is called.' })
  readonly name: string;
}

@InputType({ description: 'Which locations. Several conditions must all hold.' })
export class LocationFilter {
  @Field(() => String, { nullable: true, description: 'Part of the name or the code, without case; at most 500 characters.' })
  readonly search?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'In use, or not.' })
  readonly isActive?: boolean | null;
}

@ObjectType({ description: 'Someone who treats patients.', simpleResolvers: true })
export class Provider {
  @Field(() => ID, { description: 'Unique in the whole platform.' })
  readonly id: string;

  @Field(() => String, { description: 'National Provider Identifier.' })
  readonly npi: string;

  @Field(() => String, { description: 'First name.' })
  readonly firstName: string;

  @Field(() => String, { description: 'Last name.' })
  readonly lastName: string;

  @Field(() => String, { nullable: true, description: 'Such as `MD`.' })
  readonly title: string | null;

  @Field(() => String, { nullable: true, description: 'The name of the specialty.' })
  readonly specialty: string | null;

  @Field(() => LocationRef, { nullable: true, description: 'Where they work.' })
  readonly location: LocationRef | null;

  @Field(() => EmailAddress, { nullable: true, description: 'Where to write.' })
  readonly email: string | null;

  @Field(() => String, { nullable: true, description: 'Where to call.' })
  readonly phone: string | null;

  @Field(() => Boolean, { description: 'Whether they treat patients now.' })
  readonly isActive: boolean;

  @Field(() => DateTime, { description: 'When they were entered.' })
  readonly createdAt: string;

  @Field(() => DateTime, { description: 'When this last changed.' })
  readonly updatedAt: string;
}

export const ProviderConnection = connectionType('Provider', () => Provider);

@ObjectType({ description: 'A provider by their names.', simpleResolvers: true })
export class ProviderRef {
  @Field(() => ID, { description: 'The provider’s id.' })
  readonly id: string;

  @Field(() => String, { description: 'National Provider Identifier.' })
  readonly npi: string;

  @Field(() => String, { description: 'First name.' })
  readonly firstName: string;

  @Field(() => String, { description: 'Last name.' })
  readonly lastName: string;
}

@InputType({ description: 'Which providers. Several conditions must all hold.' })
export class ProviderFilter {
  @Field(() => String, { nullable: true, description: 'Part of the name or the identifier, without case; at most 500 characters.' })
  readonly search?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Treating patients now, or not.' })
  readonly isActive?: boolean | null;

  @Field(() => UUID, { nullable: true, description: 'Working at this location.' })
  readonly locationId?: string | null;
}
