import { type Kysely, type RawBuilder, sql } from 'kysely';
import { type Actor, administeredOrgs } from '../access/actor.js';
import type { Tx } from '../audit/entry.js';
import { actorOf, type Context } from '../context.js';
import type { DB } from '../db/types.generated.js';
import { batched } from '../graphql/batch.js';

/** How a caller stands to another user, by the orgs that both belong to. */
export interface Relation {
  /** Both are active members of one org; whoever shares a workspace does. */
  readonly isFellow: boolean;
  /** The caller is an admin of an org of the user's. */
  readonly isAdministered: boolean;
  /** The user belongs to no org but those that the caller is an admin of, and has no part in the platform's administration. */
  readonly isWhollyAdministered: boolean;
}

const none: Relation = { isFellow: false, isAdministered: false, isWhollyAdministered: false };

interface RelationRow extends Relation {
  readonly id: string;
}

/** Holds in a transaction for as long as the user's row is locked: a new membership waits for the lock. */
async function select(db: Kysely<DB> | Tx, actor: Actor, which: RawBuilder<unknown>): Promise<RelationRow[]> {
  const shared = [...actor.orgs.values()].map((org) => org.key);
  const administered = administeredOrgs(actor).map((org) => org.key);
  const { rows } = await sql<RelationRow>`/* relations to users */ select u.public_id as id,
      exists (select from org_memberships m where m.user_id = u.id and m.status = 'active' and m.org_id = any (${shared}::bigint[])) as "isFellow",
      a.is_administered as "isAdministered",
      a.is_administered and not u.has_platform_access and not exists (
        select from org_memberships m where m.user_id = u.id and m.status <> 'removed' and m.org_id <> all (${administered}::bigint[])
      ) as "isWhollyAdministered"
    from users u cross join lateral (select exists (
      select from org_memberships m where m.user_id = u.id and m.status <> 'removed' and m.org_id = any (${administered}::bigint[])
    ) as is_administered) a
    where ${which} and u.deleted_at is null`.execute(db);
  return rows;
}

/** How the caller stands to a user, by public id; read together with their relations to other users. @throws Unauthenticated */
export function relationTo(ctx: Context, userId: string): Promise<Relation> {
  const actor = actorOf(ctx);
  // Who belongs to no org has no fellows: nothing to ask the database.
  if (actor.orgs.size === 0) return Promise.resolve(none);
  return batched(ctx, ['relation to user'], userId, async (ids) => {
    const found = await select(ctx.db, actor, sql`u.public_id = any (${ids}::uuid[])`);
    const byId = new Map(found.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id) ?? none);
  });
}

/** How the caller stands to a user whose row the transaction has locked. @throws Unauthenticated */
export async function relationNow(ctx: Context, tx: Tx, userKey: string): Promise<Relation> {
  const [relation] = await select(tx, actorOf(ctx), sql`u.id = ${userKey}`);
  return relation ?? none;
}
