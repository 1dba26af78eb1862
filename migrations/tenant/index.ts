import type { QueryExecutorProvider } from 'kysely';
import * as records from './0001_records.js';

/** One step of a tenant's schema. It names no schema: it is run with the tenant's own as the search path. */
export interface TenantMigration {
  up(db: QueryExecutorProvider): Promise<void>;
}

/** The migrations of every tenant's schema by name, run in the order of their names. A released one is never edited. */
export const tenantMigrations: Readonly<Record<string, TenantMigration>> = {
  '0001_records': records,
};
