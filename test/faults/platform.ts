import type { Database } from '../../src/db/pool.js';

/** The public id of the first admin, who holds every permission. */
export async function adminOf({ db }: Pick<Database, 'db'>): Promise<string> {
  const { public_id: id } = await db
    .selectFrom('users')
    .select('public_id')
    .where('has_platform_access', '=', true)
    .orderBy('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** Orgs that are made through a gateway. @returns their public ids */
export async function someOrgs(url: string, token: string, count: number, slug: string): Promise<string[]> {
  const made = Array.from({ length: count }, async (_, i) => {
    const response = await fetch(`${url}/api/v1/platform/orgs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ name: `Org ${i}`, slug: `${slug}-${i}` }),
    });
    const body: { id?: string } = JSON.parse(await response.text());
    if (!body.id) throw new Error(`The org was not made: ${JSON.stringify(body)}`);
    return body.id;
  });
  return Promise.all(made);
}
