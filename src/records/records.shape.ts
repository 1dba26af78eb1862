import { type RawBuilder, sql } from 'kysely';
import type { Shape } from '../db/shape.js';

type Columns = Shape['columns'];

/** What every record has. @param alias of its table */
function common(alias: string): { readonly key: RawBuilder<string>; readonly columns: Columns } {
  const column = (name: string) => sql<string>`${sql.ref(`${alias}.${name}`)}`;
  return {
    key: column('id'),
    columns: { id: column('public_id'), createdAt: column('created_at'), updatedAt: column('updated_at') },
  };
}

/** A location, a provider and a patient by their names, where another record leads to them. */
const locationRef: Shape = { key: sql`l.id`, columns: { id: sql`l.public_id`, code: sql`l.code`, name: sql`l.name` } };
const providerRef: Shape = {
  key: sql`p.id`,
  columns: { id: sql`p.public_id`, npi: sql`p.npi`, firstName: sql`p.first_name`, lastName: sql`p.last_name` },
};
const patientRef: Shape = {
  key: sql`a.id`,
  columns: { id: sql`a.public_id`, mrn: sql`a.mrn`, firstName: sql`a.first_name`, lastName: sql`a.last_name` },
};

const ofLocation = common('l');
export const locationShape: Shape = {
  key: ofLocation.key,
  columns: {
    ...ofLocation.columns,
    code: sql`l.code`,
    name: sql`l.name`,
    addressLine1: sql`l.address_line1`,
    addressLine2: sql`l.address_line2`,
    city: sql`l.city`,
    state: sql`l.state`,
    postalCode: sql`l.postal_code`,
    country: sql`l.country`,
    phone: sql`l.phone`,
    timezone: sql`l.timezone`,
    isActive: sql`l.is_active`,
  },
};
export const locationTables = sql`locations l`;

const ofProvider = common('p');
export const providerShape: Shape = {
  key: ofProvider.key,
  columns: {
    ...ofProvider.columns,
    npi: sql`p.npi`,
    firstName: sql`p.first_name`,
    lastName: sql`p.last_name`,
    title: sql`p.title`,
    specialty: sql`(select d.name from definitions d where d.id = p.specialty_id)`,
    email: sql`p.email`,
    phone: sql`p.phone`,
    isActive: sql`p.is_active`,
  },
  joined: { location: locationRef },
};
export const providerTables = sql`providers p left join locations l on l.id = p.location_id`;

const ofPatient = common('a');
export const patientShape: Shape = {
  key: ofPatient.key,
  columns: {
    ...ofPatient.columns,
    mrn: sql`a.mrn`,
    firstName: sql`a.first_name`,
    lastName: sql`a.last_name`,
    // The driver would make a moment of it, in some time zone.
    birthDate: sql`to_char(a.birth_date, 'YYYY-MM-DD')`,
    sex: sql`a.sex`,
    email: sql`a.email`,
    phone: sql`a.phone`,
    addressLine1: sql`a.address_line1`,
    city: sql`a.city`,
    state: sql`a.state`,
    postalCode: sql`a.postal_code`,
    country: sql`a.country`,
    coverageCategory: sql`(select c.name from coverage_categories c where c.id = a.coverage_category_id)`,
    isActive: sql`a.is_active`,
  },
  joined: { location: locationRef, provider: providerRef },
};
export const patientTables = sql`patients a left join locations l on l.id = a.location_id left join providers p on p.id = a.provider_id`;

const ofAppointment = common('m');
export const appointmentShape: Shape = {
  key: ofAppointment.key,
  columns: {
    ...ofAppointment.columns,
    status: sql`m.status`,
    startsAt: sql`m.starts_at`,
    endsAt: sql`m.ends_at`,
    type: sql`(select d.name from definitions d where d.id = m.appointment_type_id)`,
    code: sql`(select c.code from codes c where c.id = m.code_id)`,
    codeDisplay: sql`(select c.display from codes c where c.id = m.code_id)`,
    cancellationReason: sql`(select d.name from definitions d where d.id = m.cancellation_reason_id)`,
    notes: sql`m.notes`,
  },
  joined: { patient: patientRef, provider: providerRef, location: locationRef },
};
/** Left joins, though all sides always exist: the planner drops one of which no column is read. */
export const appointmentTables = sql`appointments m left join patients a on a.id = m.patient_id
  left join providers p on p.id = m.provider_id left join locations l on l.id = m.location_id`;
