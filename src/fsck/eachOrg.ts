import { asDomainError } from '../failure.js';
import type { Checked } from './check.js';

/** Orgs that are looked at side by side. */
const parallel = 8;

interface CheckedOrg {
  /** Internal. */
  readonly key: string;
  readonly slug: string;
  readonly status: string;
  readonly schema: string;
}

/**
 * Looks at each org that is made, several at once.
 * @param look what is found of one
 * @param onFault what is said of one whose data can't be used; nothing where it is left out
 * @returns all findings, in the order of their texts
 */
export async function eachOrg(
  { db }: Checked,
  look: (org: CheckedOrg) => Promise<string[]>,
  onFault: (org: CheckedOrg, fault: string) => string[] = () => [],
): Promise<string[]> {
  const orgs = await db
    .selectFrom('orgs')
    .select(['id as key', 'slug', 'status', 'schema_name as schema'])
    .where('status', '<>', 'migrating')
    .execute();
  const found: string[] = [];
  async function work(): Promise<void> {
    for (let org = orgs.pop(); org; org = orgs.pop()) {
      try {
        found.push(...(await look(org)));
      } catch (error) {
        // One that was deleted meanwhile has nothing to be said of.
        const isThere = await db.selectFrom('orgs').select('id').where('id', '=', org.key).executeTakeFirst();
        if (isThere) found.push(...onFault(org, asDomainError(error)?.message ?? 'A table is missing, or not open to the tenant.'));
      }
    }
  }
  await Promise.all(Array.from({ length: parallel }, work));
  return found.sort();
}
