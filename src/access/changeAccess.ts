import { sql } from 'kysely';
import { type Change, type ChangeOptions, change } from '../audit/change.js';
import type { Tx } from '../audit/entry.js';
import { actorOf, type Context } from '../context.js';
import { Forbidden, Lockout } from '../errors.js';
import { requireReachesAllOf } from './orgAccessHeld.js';

/** Serializes what changes who may do what; an arbitrary number that nothing else uses. */
const lock = 7_265_302;

/** The permission without which nobody could let anybody in again. */
export const lastingPermission = 'platform.admins.create';

/**
 * Runs a change of who may do what: one at a time over all gateways, so that what it checks still holds when it commits,
 * and never so that nobody is left who could undo it (contract: "Admins").
 * @throws Lockout where nobody would hold `platform.admins.create` for good
 */
export async function changeAccess<T>(ctx: Context, work: (change: Change) => Promise<T>, options: ChangeOptions = {}): Promise<T> {
  const guarded = async (each: Change) => {
    await oneAtATime(each.tx);
    const result = await work(each);
    await requireLastingAdmin(each.tx);
    return result;
  };
  return change(ctx, guarded, options);
}

/**
 * Does what a change of access would do, looks at what came of it, and takes all of it back: nothing is kept and nothing recorded.
 * @param work checks by itself what `changeAccess` would check after it: `requireLastingAdmin`
 */
export async function rehearseAccess<T>(ctx: Context, work: (tx: Tx) => Promise<T>): Promise<T> {
  const tx = await ctx.db.startTransaction().execute();
  try {
    await oneAtATime(tx);
    return await work(tx);
  } finally {
    await tx.rollback().execute();
  }
}

async function oneAtATime(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(${lock})`.execute(tx);
}

/** @throws Lockout where nobody holds `platform.admins.create` for good, as the transaction stands */
export async function requireLastingAdmin(tx: Tx): Promise<void> {
  const { rows } = await sql<{ remains: boolean }>`select exists (
      select from effective_permissions where permission = ${lastingPermission} and expires_at is null
    ) as remains`.execute(tx);
  if (!rows[0]?.remains) throw new Lockout(lastingPermission);
}

/** The permissions that a user has at this moment of a transaction. */
async function permissionsHeld(tx: Tx, userKey: string): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ permission: string }>`select distinct permission from effective_permissions
    where user_id = ${userKey}`.execute(tx);
  return new Set(rows.map((row) => row.permission));
}

/** The permissions that a user has, or would have were they let in again: a suspension ends one day. */
async function permissionsGiven(tx: Tx, userKey: string): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ permission: string }>`select distinct p.permission
    from unended_assignments a join group_permissions p on p.group_id = a.group_id where a.user_id = ${userKey}`.execute(tx);
  return new Set(rows.map((row) => row.permission));
}

/**
 * Nobody gives what they do not hold (contract: "Anti-escalation"): by what the caller holds now, under the lock of
 * `changeAccess`, and cut to what their credential may use. No enforcement mode switches it off.
 * @throws Forbidden listing the permissions that the caller lacks
 */
export async function requireHeld(ctx: Context, tx: Tx, permissions: Iterable<string>, message: string): Promise<void> {
  const actor = actorOf(ctx);
  const held = await permissionsHeld(tx, actor.key);
  const missing = [...permissions].filter((key) => !held.has(key) || !actor.permissions.has(key)).sort();
  const [first] = missing;
  if (first) throw new Forbidden(first, { missing, message });
}

/**
 * Who can change another's email can sign in as them: they must hold what the other holds, or would hold again, and have
 * access to the same orgs.
 * @throws Forbidden listing what the user holds and the caller does not
 */
export async function requireHoldsAllOf(ctx: Context, tx: Tx, userKey: string): Promise<void> {
  const theirs = await permissionsGiven(tx, userKey);
  await requireHeld(ctx, tx, theirs, 'Who signs in with this email holds permissions that the caller does not.');
  await requireReachesAllOf(ctx, tx, userKey);
}
