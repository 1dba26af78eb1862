import { registerEnumType } from 'type-graphql';

export const Sex = { FEMALE: 'female', MALE: 'male', OTHER: 'other', UNKNOWN: 'unknown' } as const;
export type Sex = (typeof Sex)[keyof typeof Sex];
registerEnumType(Sex, { name: 'Sex', description: 'A patient’s sex, as administrations record it.' });

export const AppointmentStatus = {
  SCHEDULED: 'scheduled',
  CONFIRMED: 'confirmed',
  COMPLETED: 'completed',
  CANCELLED: 'cancelled',
  NO_SHOW: 'no_show',
} as const;
export type AppointmentStatus = (typeof AppointmentStatus)[keyof typeof AppointmentStatus];
registerEnumType(AppointmentStatus, {
  name: 'AppointmentStatus',
  description: 'What became of an appointment.',
  valuesConfig: { NO_SHOW: { description: 'The patient did not come.' } },
});
