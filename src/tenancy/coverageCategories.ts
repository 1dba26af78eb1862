import { type QueryExecutorProvider, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';

/** The coverage categories that every tenant begins with, by code, in their order. It may change them as it likes. */
const defaults: Readonly<Record<string, string>> = {
  medical: 'Medical',
  dental: 'Dental',
  vision: 'Vision',
  behavioral_health: 'Behavioral health',
  pharmacy: 'Pharmacy',
  laboratory: 'Laboratory',
  imaging: 'Imaging',
  physical_therapy: 'Physical therapy',
  preventive: 'Preventive care',
  emergency: 'Emergency care',
  self_pay: 'Self-pay',
};

/** Adds those default categories that a tenant's schema lacks. @param tx with the tenant's schema as its search path */
export async function addCoverageCategories(tx: QueryExecutorProvider): Promise<void> {
  const rows = Object.entries(defaults).map(([code, name], i) => sql`(${uuidv7()}::uuid, ${code}, ${name}, ${i + 1}::int)`);
  await sql`insert into coverage_categories (public_id, code, name, sort_order)
    select * from (values ${sql.join(rows)}) as v on conflict (code) do nothing`.execute(tx);
}
