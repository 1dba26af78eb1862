import type { Kysely } from 'kysely';
import type { DB } from '../db/types.generated.js';
import { ownersName } from '../groups/systemGroups.js';

/** The public id of the earliest active user who holds every permission for good, if there is one. */
export async function firstOwner(db: Kysely<DB>): Promise<string | undefined> {
  const owner = await db
    .selectFrom('users as u')
    .innerJoin('group_assignments as a', 'a.user_id', 'u.id')
    .innerJoin('groups as g', 'g.id', 'a.group_id')
    .select('u.public_id')
    .where('g.name', '=', ownersName)
    .where('g.is_system', '=', true)
    .where('a.expires_at', 'is', null)
    .where('a.suspended_at', 'is', null)
    .where('u.has_platform_access', '=', true)
    .where('u.status', '=', 'active')
    .orderBy('u.id')
    .limit(1)
    .executeTakeFirst();
  return owner?.public_id;
}
