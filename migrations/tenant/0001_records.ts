import { type QueryExecutorProvider, sql } from 'kysely';

/**
 * What a tenant keeps: its vocabularies, its places, those who treat and those who are treated, and when they meet. Each table has
 * a key by which the tenant's own people know a row, so that a row which is brought twice is one row.
 */
export async function up(db: QueryExecutorProvider): Promise<void> {
  await sql`
    create table coverage_categories (
      id bigint generated always as identity primary key,
      public_id uuid not null unique,
      code text not null unique check (code ~ '^[a-z][a-z0-9_]{0,49}$'),
      name text not null check (length(name) between 1 and 200),
      description text not null default '' check (length(description) <= 2000),
      sort_order integer not null default 0,
      is_active boolean not null default true,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );

    -- The tenant's own vocabularies: the kinds of appointments, the specialties of providers, why an appointment is cancelled.
    create table definitions (
      id bigint generated always as identity primary key,
      public_id uuid not null unique,
      kind text not null check (kind in ('appointment_type', 'specialty', 'cancellation_reason')),
      code text not null check (code ~ '^[a-z][a-z0-9_]{0,49}$'),
      name text not null check (length(name) between 1 and 200),
      description text not null default '' check (length(description) <= 2000),
      -- Of an appointment of this type.
      duration_minutes integer check (duration_minutes between 5 and 1440)
        check ((kind = 'appointment_type') = (duration_minutes is not null)),
      is_active boolean not null default true,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      unique (kind, code)
    );

    create table locations (
      id bigint generated always as identity primary key,
      public_id uuid not null unique,
      code text not null unique check (code ~ '^[A-Z0-9-]{1,20}$'),
      name text not null check (length(name) between 1 and 200),
      address_line1 text check (length(address_line1) <= 500),
      address_line2 text check (length(address_line2) <= 500),
      city text check (length(city) <= 500),
      state text check (length(state) <= 500),
      postal_code text check (length(postal_code) <= 50),
      country text check (length(country) <= 500),
      phone text check (length(phone) <= 50),
      timezone text not null default 'UTC' check (length(timezone) between 1 and 64),
      is_active boolean not null default true,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    create index locations_by_name on locations (lower(name), public_id);

    -- Of public systems of codes, such as ICD-10-CM and CPT.
    create table codes (
      id bigint generated always as identity primary key,
      public_id uuid not null unique,
      code_system text not null check (code_system in ('icd10cm', 'cpt', 'hcpcs', 'loinc', 'snomed')),
      code text not null check (length(code) between 1 and 20),
      display text not null check (length(display) between 1 and 500),
      coverage_category_id bigint references coverage_categories on delete set null,
      is_active boolean not null default true,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      unique (code_system, code)
    );
    create index codes_by_coverage_category on codes (coverage_category_id);
  `.execute(db);

  await sql`
    create table providers (
      id bigint generated always as identity primary key,
      public_id uuid not null unique,
      -- National Provider Identifier (45 CFR 162.406).
      npi text not null unique check (npi ~ '^[12][0-9]{9}$'),
      first_name text not null check (length(first_name) between 1 and 200),
      last_name text not null check (length(last_name) between 1 and 200),
      title text check (length(title) <= 50),
      specialty_id bigint references definitions,
      location_id bigint references locations,
      email text check (length(email) <= 254),
      phone text check (length(phone) <= 50),
      is_active boolean not null default true,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    create index providers_by_name on providers (lower(last_name), public_id);
    create index providers_by_location on providers (location_id);
    create index providers_by_specialty on providers (specialty_id);

    create table patients (
      id bigint generated always as identity primary key,
      public_id uuid not null unique,
      -- The medical record number that the tenant gave.
      mrn text not null unique check (length(mrn) between 1 and 50),
      first_name text not null check (length(first_name) between 1 and 200),
      last_name text not null check (length(last_name) between 1 and 200),
      birth_date date not null check (birth_date >= '1850-01-01'),
      sex text not null default 'unknown' check (sex in ('female', 'male', 'other', 'unknown')),
      email text check (length(email) <= 254),
      phone text check (length(phone) <= 50),
      address_line1 text check (length(address_line1) <= 500),
      city text check (length(city) <= 500),
      state text check (length(state) <= 500),
      postal_code text check (length(postal_code) <= 50),
      country text check (length(country) <= 500),
      coverage_category_id bigint references coverage_categories,
      location_id bigint references locations,
      provider_id bigint references providers,
      is_active boolean not null default true,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    create index patients_by_name on patients (lower(last_name), public_id);
    create index patients_by_provider on patients (provider_id);
    create index patients_by_location on patients (location_id);
    create index patients_by_coverage_category on patients (coverage_category_id);

    create table appointments (
      id bigint generated always as identity primary key,
      public_id uuid not null unique,
      patient_id bigint not null references patients,
      provider_id bigint not null references providers,
      location_id bigint not null references locations,
      appointment_type_id bigint not null references definitions,
      -- What the appointment is about.
      code_id bigint references codes,
      status text not null default 'scheduled'
        check (status in ('scheduled', 'confirmed', 'completed', 'cancelled', 'no_show')),
      starts_at timestamptz not null,
      ends_at timestamptz not null check (ends_at > starts_at),
      cancellation_reason_id bigint references definitions check (cancellation_reason_id is null or status = 'cancelled'),
      notes text check (length(notes) <= 2000),
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      -- Nobody begins two appointments at once.
      unique (provider_id, starts_at)
    );
    create index appointments_by_start on appointments (starts_at, public_id);
    create index appointments_by_patient on appointments (patient_id, starts_at);
    create index appointments_by_location on appointments (location_id, starts_at);
  `.execute(db);

  // What the control plane's entries keep of the tenant's objects. The tenant's own role adds and reads, and changes nothing.
  await sql`
    create table audit_log (
      entry_id uuid primary key,
      before jsonb,
      after jsonb,
      created_at timestamptz not null default now()
    );
    create index audit_log_by_time on audit_log (created_at, entry_id);

    do $$ begin
      execute format('revoke update, delete, truncate on audit_log from %I', current_schema());
    end $$;
  `.execute(db);
}
