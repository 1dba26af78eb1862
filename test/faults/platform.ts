import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
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
    const key = randomUUID();
    // A busy machine may take several tries.
    for (let tries = 0; ; tries += 1) {
      const response = await fetch(`${url}/api/v1/platform/orgs`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key },
        body: JSON.stringify({ name: `Org ${i}`, slug: `${slug}-${i}` }),
      });
      const body: { id?: string } = JSON.parse(await response.text());
      if (body.id) return body.id;
      if (tries === 20) throw new Error(`The org was not made: ${JSON.stringify(body)}`);
      await sleep(250);
    }
  });
  return Promise.all(made);
}
