import { type RawBuilder, sql } from 'kysely';
import type { Context } from '../context.js';
import { type List, type ListOrder, type Page, type PageArgs, readPage } from '../db/page.js';
import type { RowOf } from '../db/shape.js';
import { batched } from '../graphql/batch.js';
import { type ConnectionSelection, pageKeyOf } from '../graphql/selection.js';
import { inTenant } from '../tenancy/tenant.js';
import { containsText } from './containsText.js';
import type { Appointment, AppointmentFilter, Patient, PatientFilter } from './patients.types.js';
import type { Location, LocationFilter, Provider, ProviderFilter } from './places.types.js';
import {
  appointmentShape,
  appointmentTables,
  locationShape,
  locationTables,
  patientShape,
  patientTables,
  providerShape,
  providerTables,
} from './records.shape.js';

type Given<F> = F | null | undefined;

const byText = (name: string, expression: RawBuilder<unknown>): ListOrder => ({ name, expression, type: 'text', direction: 'asc' });

/** The conditions whose value was given. */
function where(...conditions: readonly (RawBuilder<unknown> | false | null | undefined | '')[]): RawBuilder<unknown>[] {
  return conditions.flatMap((condition) => condition || []);
}

const isGiven = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined;

function locationList(filter: Given<LocationFilter>): List {
  return {
    name: 'locations',
    shape: locationShape,
    from: locationTables,
    id: sql`l.public_id`,
    order: byText('name_asc', sql`lower(l.name)`),
    where: where(
      filter?.search && containsText(sql`lower(l.name || ' ' || l.code)`, filter.search),
      isGiven(filter?.isActive) && sql`l.is_active = ${filter.isActive}`,
    ),
  };
}

function providerList(filter: Given<ProviderFilter>): List {
  return {
    name: 'providers',
    shape: providerShape,
    from: providerTables,
    id: sql`p.public_id`,
    order: byText('last_name_asc', sql`lower(p.last_name)`),
    where: where(
      filter?.search && containsText(sql`lower(p.first_name || ' ' || p.last_name || ' ' || p.npi)`, filter.search),
      isGiven(filter?.isActive) && sql`p.is_active = ${filter.isActive}`,
      filter?.locationId && sql`l.public_id = ${filter.locationId}`,
    ),
  };
}

function patientList(filter: Given<PatientFilter>): List {
  return {
    name: 'patients',
    shape: patientShape,
    from: patientTables,
    id: sql`a.public_id`,
    order: byText('last_name_asc', sql`lower(a.last_name)`),
    where: where(
      filter?.search && containsText(sql`lower(a.first_name || ' ' || a.last_name || ' ' || a.mrn)`, filter.search),
      isGiven(filter?.isActive) && sql`a.is_active = ${filter.isActive}`,
      filter?.locationId && sql`l.public_id = ${filter.locationId}`,
      filter?.providerId && sql`p.public_id = ${filter.providerId}`,
    ),
  };
}

function appointmentList(filter: Given<AppointmentFilter>): List {
  return {
    name: 'appointments',
    shape: appointmentShape,
    from: appointmentTables,
    id: sql`m.public_id`,
    order: { name: 'starts_at_asc', expression: sql`m.starts_at`, type: 'timestamptz', direction: 'asc' },
    where: where(
      filter?.status && sql`m.status = ${filter.status}`,
      filter?.from && sql`m.starts_at >= ${filter.from}`,
      filter?.to && sql`m.starts_at < ${filter.to}`,
      filter?.patientId && sql`a.public_id = ${filter.patientId}`,
      filter?.providerId && sql`p.public_id = ${filter.providerId}`,
      filter?.locationId && sql`l.public_id = ${filter.locationId}`,
    ),
  };
}

/** Tenants that are read side by side for one request: each takes a connection to its shard, of which there are few. */
const atOnce = 3;

/**
 * The same page of each org's own list: a transaction a tenant, whatever the number of rows. An org that can't be read is an error in its
 * own place, and takes nothing from the others.
 */
function recordsOf<T>(ctx: Context, orgKey: string, list: List, name: readonly unknown[], page: PageArgs, selection: ConnectionSelection) {
  const read = (key: string) => inTenant(ctx, key, (tx) => readPage<RowOf<T>>(tx, list, page, selection));
  return batched<Page<RowOf<T>>>(ctx, ['org', list.name, ...name, page, pageKeyOf(selection)], orgKey, (keys) => settled(keys, read));
}

/** What each key leads to, or the error that it leads to; a few at a time. */
async function settled<T>(keys: readonly string[], read: (key: string) => Promise<T>): Promise<(T | Error)[]> {
  const results: (T | Error)[] = new Array(keys.length);
  let next = 0;
  const readOn = async (): Promise<void> => {
    for (let i = next++; i < keys.length; i = next++) {
      results[i] = await read(keys[i] ?? '').catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, readOn));
  return results;
}

/** A page of an org's locations, by name. @throws Invalid, Unavailable */
export function locationsOfOrg(
  ctx: Context,
  orgKey: string,
  filter: Given<LocationFilter>,
  page: PageArgs,
  selection: ConnectionSelection,
): Promise<Page<RowOf<Location>>> {
  return recordsOf<Location>(ctx, orgKey, locationList(filter), [filter], page, selection);
}

/** A page of an org's providers, by last name. @throws Invalid, Unavailable */
export function providersOfOrg(
  ctx: Context,
  orgKey: string,
  filter: Given<ProviderFilter>,
  page: PageArgs,
  selection: ConnectionSelection,
): Promise<Page<RowOf<Provider>>> {
  return recordsOf<Provider>(ctx, orgKey, providerList(filter), [filter], page, selection);
}

/** A page of an org's patients, by last name. @throws Invalid, Unavailable */
export function patientsOfOrg(
  ctx: Context,
  orgKey: string,
  filter: Given<PatientFilter>,
  page: PageArgs,
  selection: ConnectionSelection,
): Promise<Page<RowOf<Patient>>> {
  return recordsOf<Patient>(ctx, orgKey, patientList(filter), [filter], page, selection);
}

/** A page of an org's appointments, by their beginning. @throws Invalid, Unavailable */
export function appointmentsOfOrg(
  ctx: Context,
  orgKey: string,
  filter: Given<AppointmentFilter>,
  page: PageArgs,
  selection: ConnectionSelection,
): Promise<Page<RowOf<Appointment>>> {
  return recordsOf<Appointment>(ctx, orgKey, appointmentList(filter), [filter], page, selection);
}
