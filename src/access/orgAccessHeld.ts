import { sql } from 'kysely';
import type { Tx } from '../audit/entry.js';
import { actorOf, type Context } from '../context.js';
import { Forbidden } from '../errors.js';
import { hasOrgAccess } from './actor.js';

/**
 * Nobody gives access that they do not have (contract: "Org access"): by what the caller has at this moment of a transaction,
 * under the lock of `changeAccess`, and by what their credential may use. No enforcement mode switches it off.
 * @throws Forbidden
 */
export async function requireOrgAccessHeld(ctx: Context, tx: Tx, orgId: string): Promise<void> {
  const actor = actorOf(ctx);
  const { rows } = await sql<{ holds: boolean }>`select u.is_global_access or exists (
      select from org_access x join orgs o on o.id = x.org_id where x.user_id = u.id and o.public_id = ${orgId}) as holds
    from users u where u.id = ${actor.key}`.execute(tx);
  if (rows[0]?.holds && hasOrgAccess(actor, orgId)) return;
  throw new Forbidden('org_access', { message: 'Nobody gives access to an org to which they have none themselves.' });
}

/** As `requireOrgAccessHeld`, for every org at once. @throws Forbidden */
export async function requireGlobalAccessHeld(ctx: Context, tx: Tx): Promise<void> {
  const actor = actorOf(ctx);
  const { rows } = await sql<{ holds: boolean }>`select u.is_global_access as holds from users u where u.id = ${actor.key}`.execute(tx);
  if (rows[0]?.holds && actor.isGlobalAccess) return;
  throw new Forbidden('org_access', { message: 'Nobody gives global access who does not have it.' });
}

/** The caller has access to every org to which a user has it. @throws Forbidden */
export async function requireReachesAllOf(ctx: Context, tx: Tx, userKey: string): Promise<void> {
  const actor = actorOf(ctx);
  const { rows } = await sql<{ reaches: boolean }>`select c.is_global_access or (not u.is_global_access and not exists (
      select from org_access x where x.user_id = u.id
        and not exists (select from org_access y where y.user_id = c.id and y.org_id = x.org_id))) as reaches
    from users u, users c where u.id = ${userKey} and c.id = ${actor.key}`.execute(tx);
  if (rows[0]?.reaches) return;
  throw new Forbidden('org_access', { message: 'Who signs in with this email has access to orgs that the caller has not.' });
}
