import type pg from 'pg';
import type { Subject } from './case.js';

/** Orgs that are changed: so many that connections seldom wait for each other. */
const changedOrgs = 32;

/** What requests are about in a database in which the product has made the demo data. */
export async function subjectIn(client: pg.Client): Promise<Subject> {
  const { rows } = await client.query<{ id: string }>(
    `select public_id as id from orgs where not is_platform and status = 'active' order by id limit ${changedOrgs}`,
  );
  if (rows.length < changedOrgs) throw new Error(`The demo data has fewer than ${changedOrgs} active orgs.`);
  return { orgIds: rows.map(({ id }) => id) };
}
