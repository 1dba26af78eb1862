import { type RawBuilder, sql } from 'kysely';

/** Whether a user `u` may work on an org by its internal key, as `hasOrgAccess` decides it: global, granted or none. */
export function orgAccessLevel(orgKey: string): RawBuilder<string> {
  return sql<string>`(case when u.is_global_access then 'global'
    when exists (select from org_access x where x.user_id = u.id and x.org_id = ${orgKey}) then 'granted' else 'none' end)`;
}
