/** A word of an org's own vocabulary. Minutes are those of an appointment of this type. */
export interface Definition {
  readonly kind: 'appointment_type' | 'specialty' | 'cancellation_reason';
  readonly code: string;
  readonly name: string;
  readonly minutes?: number;
}

const type = (code: string, name: string, minutes: number): Definition => ({ kind: 'appointment_type', code, name, minutes });
const specialty = (code: string, name: string): Definition => ({ kind: 'specialty', code, name });
const reason = (code: string, name: string): Definition => ({ kind: 'cancellation_reason', code, name });

// No type is longer than the hour between two appointments of a provider.
export const appointmentTypes = [
  type('check_up', 'Check-up', 30),
  type('new_patient', 'New patient', 60),
  type('follow_up', 'Follow-up', 20),
  type('procedure', 'Procedure', 45),
  type('vaccination', 'Vaccination', 15),
  type('video_visit', 'Video visit', 20),
] as const;

export const specialties = [
  specialty('family_medicine', 'Family medicine'),
  specialty('internal_medicine', 'Internal medicine'),
  specialty('pediatrics', 'Pediatrics'),
  specialty('dermatology', 'Dermatology'),
  specialty('physiotherapy', 'Physiotherapy'),
  specialty('ophthalmology', 'Ophthalmology'),
  specialty('dentistry', 'Dentistry'),
] as const;

export const cancellationReasons = [
  reason('patient_ill', 'The patient is ill'),
  reason('patient_forgot', 'The patient forgot'),
  reason('provider_away', 'The provider is away'),
  reason('rescheduled', 'Moved to another day'),
] as const;

export const definitions: readonly Definition[] = [...appointmentTypes, ...specialties, ...cancellationReasons];

/** A code of a public system, with its meaning. */
export interface Code {
  readonly system: 'icd10cm' | 'loinc' | 'snomed';
  readonly code: string;
  readonly display: string;
}

const icd = (code: string, display: string): Code => ({ system: 'icd10cm', code, display });
const loinc = (code: string, display: string): Code => ({ system: 'loinc', code, display });
const snomed = (code: string, display: string): Code => ({ system: 'snomed', code, display });

/** What appointments are about. */
export const diagnoses = [
  icd('Z00.00', 'Encounter for general adult medical examination without abnormal findings'),
  icd('Z23', 'Encounter for immunization'),
  icd('I10', 'Essential (primary) hypertension'),
  icd('E11.9', 'Type 2 diabetes mellitus without complications'),
  icd('E78.5', 'Hyperlipidemia, unspecified'),
  icd('J06.9', 'Acute upper respiratory infection, unspecified'),
  icd('J45.909', 'Unspecified asthma, uncomplicated'),
  icd('M54.50', 'Low back pain, unspecified'),
  icd('M25.561', 'Pain in right knee'),
  icd('L20.9', 'Atopic dermatitis, unspecified'),
  icd('K21.9', 'Gastro-esophageal reflux disease without esophagitis'),
  icd('F41.1', 'Generalized anxiety disorder'),
  icd('G43.909', 'Migraine, unspecified, not intractable, without status migrainosus'),
  icd('H52.4', 'Presbyopia'),
  icd('K02.9', 'Dental caries, unspecified'),
  icd('R05.9', 'Cough, unspecified'),
] as const;

export const codes: readonly Code[] = [
  ...diagnoses,
  loinc('8480-6', 'Systolic blood pressure'),
  loinc('8462-4', 'Diastolic blood pressure'),
  loinc('8867-4', 'Heart rate'),
  loinc('8310-5', 'Body temperature'),
  loinc('29463-7', 'Body weight'),
  loinc('8302-2', 'Body height'),
  loinc('4548-4', 'Hemoglobin A1c/Hemoglobin.total in Blood'),
  snomed('38341003', 'Hypertensive disorder'),
  snomed('44054006', 'Diabetes mellitus type 2'),
  snomed('195967001', 'Asthma'),
];
