import { type Insertable, type RawBuilder, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { hasOrgAccess } from '../access/actor.js';
import { changeAccess } from '../access/changeAccess.js';
import { hashOf, impersonationPrefix, newSecret } from '../access/secrets.js';
import { change } from '../audit/change.js';
import type { Tx } from '../audit/entry.js';
import { actorOf, type Context } from '../context.js';
import { type ListOrder, type Page, type PageArgs, readPage } from '../db/page.js';
import type { RowOf, Shape } from '../db/shape.js';
import type { ImpersonationSessions } from '../db/types.generated.js';
import { violatedUnique } from '../db/violations.js';
import { Conflict, Forbidden, Invalid, NotFound } from '../errors.js';
import type { ConnectionSelection } from '../graphql/selection.js';
import { checkTexts } from '../input.js';
import type {
  ImpersonationFilter,
  ImpersonationSession,
  StartImpersonationInput,
  StartImpersonationPayload,
} from './impersonation.types.js';

const isActive = sql<boolean>`(i.ended_at is null and i.expires_at > now())`;

const sessionShape: Shape = {
  key: sql`i.id`,
  columns: {
    id: sql`i.public_id`,
    adminUser: sql`json_build_object('id', a.public_id, 'displayName', a.display_name)`,
    targetUser: sql`json_build_object('id', u.public_id, 'displayName', u.display_name)`,
    targetOrg: sql`json_build_object('id', o.public_id, 'name', o.name)`,
    reason: sql`i.reason`,
    startedAt: sql`i.started_at`,
    expiresAt: sql`i.expires_at`,
    isActive,
    endedAt: sql`i.ended_at`,
  },
};

const tables = sql`impersonation_sessions i join users a on a.id = i.admin_user_id join users u on u.id = i.target_user_id
  join orgs o on o.id = i.target_org_id`;
const newestFirst: ListOrder = { name: 'started_at_desc', expression: sql`i.started_at`, type: 'timestamptz', direction: 'desc' };

/** A page of the sessions that match, the newest first. @throws Invalid */
export function listImpersonations(
  ctx: Context,
  filter: ImpersonationFilter | null | undefined,
  page: PageArgs,
  selection: ConnectionSelection,
): Promise<Page<RowOf<ImpersonationSession>>> {
  const where: RawBuilder<unknown>[] = [];
  if (filter?.adminUserId) where.push(sql`a.public_id = ${filter.adminUserId}`);
  if (filter?.targetUserId) where.push(sql`u.public_id = ${filter.targetUserId}`);
  if (filter?.activeOnly) where.push(isActive);
  const list = { name: 'impersonations', shape: sessionShape, from: tables, id: sql<string>`i.public_id`, where, order: newestFirst };
  return readPage(ctx.db, list, page, selection);
}

interface Target {
  readonly key: string;
  readonly displayName: string;
}

/** @throws NotFound @throws Invalid where the user can't be acted as (contract: "Impersonation") */
async function requireTarget(tx: Tx, ctx: Context, userId: string, orgKey: string): Promise<Target> {
  const { rows } = await sql<{ key: string; displayName: string; status: string; isAdmin: boolean; isMember: boolean }>`
    select u.id as key, u.display_name as "displayName", u.status, u.has_platform_access as "isAdmin",
      exists (select from org_memberships m where m.user_id = u.id and m.org_id = ${orgKey} and m.status = 'active') as "isMember"
    from users u where u.public_id = ${userId} and u.deleted_at is null`.execute(tx);
  const [user] = rows;
  if (!user) throw new NotFound('user', userId);
  const path = ['input', 'userId'];
  if (userId === actorOf(ctx).id) throw Invalid.field(path, 'Nobody acts as themselves.', 'value_error');
  if (user.status !== 'active') throw Invalid.field(path, 'The user is not active.', 'value_error');
  if (user.isAdmin) throw Invalid.field(path, 'Nobody acts as a platform admin.', 'value_error');
  if (!user.isMember) throw Invalid.field(path, 'The user is no active member of the org.', 'value_error');
  return user;
}

/** Seconds that a session lasts. @throws Forbidden where the setting is off */
async function requireEnabled(tx: Tx): Promise<number> {
  const settings = await tx.selectFrom('settings').select(['impersonation_enabled', 'impersonation_ttl_seconds']).executeTakeFirstOrThrow();
  if (settings.impersonation_enabled) return settings.impersonation_ttl_seconds;
  throw new Forbidden('impersonation_enabled', { message: 'Acting as a user is switched off in the settings.' });
}

/**
 * Begins to act as a user inside one org.
 * @throws NotFound
 * @throws Forbidden without access to the org, or where the setting is off
 * @throws Invalid where the user can't be acted as
 * @throws Conflict where the caller acts as somebody already
 */
export async function startImpersonation(ctx: Context, input: StartImpersonationInput): Promise<StartImpersonationPayload> {
  const actor = actorOf(ctx);
  checkTexts(['input'], input, { reason: { min: 10, max: 2_000 } });
  return changeAccess(
    ctx,
    async ({ tx, record }) => {
      const ttl = await requireEnabled(tx);
      const org = await tx.selectFrom('orgs').select(['id', 'name', 'status']).where('public_id', '=', input.orgId).executeTakeFirst();
      if (!org) throw new NotFound('org', input.orgId);
      if (!hasOrgAccess(actor, input.orgId)) throw new Forbidden('org_access', { message: 'This needs access to the org.' });
      if (org.status !== 'active') throw Invalid.field(['input', 'orgId'], 'The org is not open to its members.', 'value_error');
      const target = await requireTarget(tx, ctx, input.userId, org.id);
      await sql`update impersonation_sessions set ended_at = now(), end_reason = 'expired'
      where admin_user_id = ${actor.key} and ended_at is null and expires_at <= now()`.execute(tx);
      const sessionId = uuidv7();
      const token = newSecret(impersonationPrefix);
      const { expires_at: expiresAt } = await insertSession(tx, ttl, {
        public_id: sessionId,
        admin_user_id: actor.key,
        target_user_id: target.key,
        target_org_id: org.id,
        token_hash: hashOf(token),
        reason: input.reason,
      });
      await record({
        action: 'impersonation.start',
        resource: { type: 'impersonation', id: sessionId, displayId: target.displayName },
        org: { key: org.id, id: input.orgId, name: org.name },
        after: { targetUserId: input.userId, reason: input.reason, expiresAt },
      });
      return {
        sessionId,
        token,
        expiresAt,
        targetUser: { id: input.userId, displayName: target.displayName },
        targetOrg: { id: input.orgId, name: org.name },
      };
    },
    { showsSecret: true },
  );
}

/** @param ttl seconds @throws Conflict where the admin acts as somebody already */
async function insertSession(
  tx: Tx,
  ttl: number,
  values: Omit<Insertable<ImpersonationSessions>, 'expires_at'>,
): Promise<{ expires_at: string }> {
  const expires_at = sql<string>`now() + make_interval(secs => ${ttl})`;
  try {
    return await tx
      .insertInto('impersonation_sessions')
      .values({ ...values, expires_at })
      .returning('expires_at')
      .executeTakeFirstOrThrow();
  } catch (error) {
    if (violatedUnique(error) !== 'impersonation_sessions_active_key') throw error;
    throw new Conflict('You act as somebody already; end that first.', {}, { cause: error });
  }
}

/**
 * Ends the session whose token calls, or the caller's own.
 * @throws NotFound where there is none that is active
 */
export async function endImpersonation(ctx: Context): Promise<string> {
  const { credential, key } = actorOf(ctx);
  const whose = credential.kind === 'impersonation' ? sql`i.public_id = ${credential.sessionId}` : sql`i.admin_user_id = ${key}`;
  return change(ctx, async ({ tx, record }) => {
    const { rows } = await sql<{ id: string; name: string; org_key: string; org_id: string; org_name: string }>`
      update impersonation_sessions i set ended_at = now(), end_reason = 'ended' from users u, orgs o
      where u.id = i.target_user_id and o.id = i.target_org_id and ${whose} and ${isActive}
      returning i.public_id as id, u.display_name as name, o.id as org_key, o.public_id as org_id, o.name as org_name`.execute(tx);
    const [ended] = rows;
    if (!ended) throw new NotFound('impersonation', 'active');
    await record({
      action: 'impersonation.end',
      resource: { type: 'impersonation', id: ended.id, displayId: ended.name },
      org: { key: ended.org_key, id: ended.org_id, name: ended.org_name },
      after: { endReason: 'ended' },
    });
    return ended.id;
  });
}
