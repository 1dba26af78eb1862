import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { connectionType } from '../graphql/connection.js';
import { CalendarDate, DateTime, EmailAddress, UUID } from '../graphql/scalars.js';
import { LocationRef, ProviderRef } from './places.types.js';
import { AppointmentStatus, Sex } from './record.enums.js';

@ObjectType({ description: 'Someone who is treated.', simpleResolvers: true })
export class Patient {
  @Field(() => ID, { description: 'Unique in the whole platform.' })
  readonly id: string;

  @Field(() => String, { description: 'The medical record number that the org gave.' })
  readonly mrn: string;

  @Field(() => String, { description: 'First name.' })
  readonly firstName: string;

  @Field(() => String, { description: 'Last name.' })
  readonly lastName: string;

  @Field(() => CalendarDate, { description: 'Day of birth.' })
  readonly birthDate: string;

  @Field(() => Sex, { description: 'As it is recorded.' })
  readonly sex: Sex;

  @Field(() => EmailAddress, { nullable: true, description: 'Where to write.' })
  readonly email: string | null;

  @Field(() => String, { nullable: true, description: 'Where to call.' })
  readonly phone: string | null;

  @Field(() => String, { nullable: true, description: 'First line of the address.' })
  readonly addressLine1: string | null;

  @Field(() => String, { nullable: true, description: 'City.' })
  readonly city: string | null;

  @Field(() => String, { nullable: true, description: 'State or region.' })
  readonly state: string | null;

  @Field(() => String, { nullable: true, description: 'Postal code.' })
  readonly postalCode: string | null;

  @Field(() => String, { nullable: true, description: 'Country.' })
  readonly country: string | null;

  @Field(() => String, { nullable: true, description: 'The name of the category of their coverage.' })
  readonly coverageCategory: string | null;

  @Field(() => LocationRef, { nullable: true, description: 'Where they usually come.' })
  readonly location: LocationRef | null;

  @Field(() => ProviderRef, { nullable: true, description: 'Who usually treats them.' })
  readonly provider: ProviderRef | null;

  @Field(() => Boolean, { description: 'Whether they are patients now.' })
  readonly isActive: boolean;

  @Field(() => DateTime, { description: 'When they were entered.' })
  readonly createdAt: string;

  @Field(() => DateTime, { description: 'When this last changed.' })
  readonly updatedAt: string;
}

export const PatientConnection = connectionType('Patient', () => Patient);

@ObjectType({ description: 'A patient by their names.', simpleResolvers: true })
export class PatientRef {
  @Field(() => ID, { description: 'The patient’s id.' })
  readonly id: string;

  @Field(() => String, { description: 'The medical record number that the org gave.' })
  readonly mrn: string;

  @Field(() => String, { description: 'First name.' })
  readonly firstName: string;

  @Field(() => String, { description: 'Last name.' })
  readonly lastName: string;
}

@InputType({ description: 'Which patients. Several conditions must all hold.' })
export class PatientFilter {
  @Field(() => String, { nullable: true, description: 'Part of the name or the record number, without case; at most 500 characters.' })
  readonly search?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Patients now, or not.' })
  readonly isActive?: boolean | null;

  @Field(() => UUID, { nullable: true, description: 'Usually coming to this location.' })
  readonly locationId?: string | null;

  @Field(() => UUID, { nullable: true, description: 'Usually treated by this provider.' })
  readonly providerId?: string | null;
}

@ObjectType({ description: 'A patient and a provider who meet.', simpleResolvers: true })
export class Appointment {
  @Field(() => ID, { description: 'Unique in the whole platform.' })
  readonly id: string;

  @Field(() => AppointmentStatus, { description: 'What became of it.' })
  readonly status: AppointmentStatus;

  @Field(() => DateTime, { description: 'When it begins.' })
  readonly startsAt: string;

  @Field(() => DateTime, { description: 'When it ends.' })
  readonly endsAt: string;

  @Field(() => String, { description: 'The name of its type.' })
  readonly type: string;

  @Field(() => String, { nullable: true, description: 'What it is about: a code of a public system.' })
  readonly code: string | null;

  @Field(() => String, { nullable: true, description: 'What the code means.' })
  readonly codeDisplay: string | null;

  @Field(() => String, { nullable: true, description: 'Why it was cancelled.' })
  readonly cancellationReason: string | null;

  @Field(() => String, { nullable: true, description: 'What the org notes about it.' })
  readonly notes: string | null;

  @Field(() => PatientRef, { description: 'Who comes.' })
  readonly patient: PatientRef;

  @Field(() => ProviderRef, { description: 'Who treats.' })
  readonly provider: ProviderRef;

  @Field(() => LocationRef, { description: 'Where.' })
  readonly location: LocationRef;

  @Field(() => DateTime, { description: 'When it was made.' })
  readonly createdAt: string;

  @Field(() => DateTime, { description: 'When it last changed.' })
  readonly updatedAt: string;
}

export const AppointmentConnection = connectionType('Appointment', () => Appointment);

@InputType({ description: 'Which appointments. Several conditions must all hold.' })
export class AppointmentFilter {
  @Field(() => AppointmentStatus, { nullable: true, description: 'With this status.' })
  readonly status?: AppointmentStatus | null;

  @Field(() => DateTime, { nullable: true, description: 'Beginning then or later.' })
  readonly from?: string | null;

  @Field(() => DateTime, { nullable: true, description: 'Beginning before then.' })
  readonly to?: string | null;

  @Field(() => UUID, { nullable: true, description: 'Of this patient.' })
  readonly patientId?: string | null;

  @Field(() => UUID, { nullable: true, description: 'With this provider.' })
  readonly providerId?: string | null;

  @Field(() => UUID, { nullable: true, description: 'At this location.' })
  readonly locationId?: string | null;
}
