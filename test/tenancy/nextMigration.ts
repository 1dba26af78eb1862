/**
 * Makes of the program the one that comes after it, with one more migration of tenants: imported ahead of the rest of a program, in a
 * process of its own (`node --import tsx --import ./test/tenancy/nextMigration.ts src/migrate.ts --tenants`).
 */
import { sql } from 'kysely';
import { type TenantMigration, tenantMigrations } from '../../migrations/tenant/index.js';
import { nextMigration } from './nextMigrationName.js';

const referrals: TenantMigration = {
  async up(db) {
    await sql`
      alter table patients add column preferred_language text not null default 'en' check (preferred_language ~ '^[a-z]{2}$');
      create index patients_by_language on patients (preferred_language, public_id);
      create table referrals (
        id bigint generated always as identity primary key,
        public_id uuid not null unique,
        patient_id bigint not null references patients,
        from_provider_id bigint not null references providers,
        to_provider_id bigint not null references providers check (to_provider_id <> from_provider_id),
        reason text not null check (length(reason) between 1 and 2000),
        created_at timestamptz not null default now()
      );
      create index referrals_by_patient on referrals (patient_id, created_at);
    `.execute(db);
  },
};

Object.assign(tenantMigrations, { [nextMigration]: referrals });
