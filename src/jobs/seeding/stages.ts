import { type RawBuilder, sql } from 'kysely';
import type { TenantTx } from '../../tenancy/tenant.js';
import { appointmentRow, locationRow, patientRow, providerRow } from './rows.js';
import type { SeedCounts } from './seedCounts.js';
import { idOf, type Seeding } from './seeding.js';
import { codes, definitions } from './vocabulary.js';

/** One kind of rows. */
export interface Stage {
  readonly name: string;
  readonly size: (counts: SeedCounts) => number;
  readonly row: (seeding: Seeding, i: number) => object;
  readonly table: string;
  /** Inserts the rows of a JSON array into the table; those that are there are left as they are. */
  readonly insert: (rows: string) => RawBuilder<unknown>;
}

const plain = <T>(values: readonly T[]) => ({
  size: () => values.length,
  row: (_: Seeding, i: number) => ({ ...values[i] }),
});

/** In this order: each refers only to those before it. Rows name each other by the keys that the org's people use. */
export const stages: readonly Stage[] = [
  {
    name: 'definitions',
    table: 'definitions',
    ...plain(definitions),
    insert: (rows) => sql`/* seed definitions */
      insert into definitions (public_id, kind, code, name, duration_minutes)
      select id, kind, code, name, minutes
      from json_to_recordset(${rows}) as r (id uuid, kind text, code text, name text, minutes integer)
      on conflict do nothing`,
  },
  {
    name: 'locations',
    table: 'locations',
    size: ({ locations }) => locations,
    row: locationRow,
    insert: (rows) => sql`/* seed locations */
      insert into locations (public_id, code, name, address_line1, city, postal_code, country, phone, timezone)
      select id, code, name, address_line1, city, postal_code, country, phone, timezone
      from json_to_recordset(${rows}) as r (id uuid, code text, name text, address_line1 text, city text, postal_code text, country text,
        phone text, timezone text)
      on conflict do nothing`,
  },
  {
    name: 'codes',
    table: 'codes',
    ...plain(codes),
    insert: (rows) => sql`/* seed codes */
      insert into codes (public_id, code_system, code, display)
      select id, system, code, display from json_to_recordset(${rows}) as r (id uuid, system text, code text, display text)
      on conflict do nothing`,
  },
  {
    name: 'providers',
    table: 'providers',
    size: ({ providers }) => providers,
    row: providerRow,
    insert: (rows) => sql`/* seed providers */
      insert into providers (public_id, npi, first_name, last_name, title, specialty_id, location_id, email, phone)
      select r.id, r.npi, r.first_name, r.last_name, r.title, d.id, l.id, r.email, r.phone
      from json_to_recordset(${rows}) as r (id uuid, npi text, first_name text, last_name text, title text, specialty text, location text,
        email text, phone text)
      join locations l on l.code = r.location
      left join definitions d on d.kind = 'specialty' and d.code = r.specialty
      on conflict do nothing`,
  },
  {
    name: 'patients',
    table: 'patients',
    size: ({ patients }) => patients,
    row: patientRow,
    insert: (rows) => sql`/* seed patients */
      with covered as (select array_agg(id order by sort_order, id) as ids from coverage_categories where is_active)
      insert into patients (public_id, mrn, first_name, last_name, birth_date, sex, email, phone, address_line1, city, postal_code, country,
        coverage_category_id, provider_id, location_id)
      select r.id, r.mrn, r.first_name, r.last_name, r.birth_date, r.sex, r.email, r.phone, r.address_line1, r.city, r.postal_code,
        r.country, c.ids[1 + r.coverage % cardinality(c.ids)], p.id, l.id
      from json_to_recordset(${rows}) as r (id uuid, mrn text, first_name text, last_name text, birth_date date, sex text, email text,
        phone text, address_line1 text, city text, postal_code text, country text, coverage integer, provider text, location text)
      cross join covered c
      join providers p on p.npi = r.provider
      join locations l on l.code = r.location
      on conflict do nothing`,
  },
  {
    name: 'appointments',
    table: 'appointments',
    size: ({ appointments }) => appointments,
    row: appointmentRow,
    insert: (rows) => sql`/* seed appointments */
      insert into appointments (public_id, patient_id, provider_id, location_id, appointment_type_id, code_id, status, starts_at, ends_at,
        cancellation_reason_id)
      select r.id, a.id, p.id, l.id, t.id, c.id, r.status, r.starts_at, r.ends_at, x.id
      from json_to_recordset(${rows}) as r (id uuid, patient text, provider text, location text, type text, code text, status text,
        starts_at timestamptz, ends_at timestamptz, reason text)
      join patients a on a.mrn = r.patient
      join providers p on p.npi = r.provider
      join locations l on l.code = r.location
      join definitions t on t.kind = 'appointment_type' and t.code = r.type
      left join codes c on c.code_system = 'icd10cm' and c.code = r.code
      left join definitions x on x.kind = 'cancellation_reason' and x.code = r.reason
      on conflict do nothing`,
  },
];

/** Makes the rows of a stage from one number to another, which is left out. @returns how many of them this job has made, now or before */
export async function writeRows(tx: TenantTx, seeding: Seeding, stage: Stage, from: number, to: number): Promise<number> {
  const ids: string[] = [];
  const rows: object[] = [];
  for (let i = from; i < to; i += 1) {
    const id = idOf(seeding, stage.name, i);
    ids.push(id);
    rows.push({ id, ...stage.row(seeding, i) });
  }
  await stage.insert(JSON.stringify(rows)).execute(tx);
  const { rows: counted } = await sql<{ made: number }>`/* seeded rows */
    select count(*)::int as made from ${sql.table(stage.table)} where public_id = any (${ids}::uuid[])`.execute(tx);
  return counted[0]?.made ?? 0;
}
