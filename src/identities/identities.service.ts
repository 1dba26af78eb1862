import { type Kysely, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { changeAccess, requireHoldsAllOf } from '../access/changeAccess.js';
import type { Tx } from '../audit/entry.js';
import type { Context } from '../context.js';
import type { DB } from '../db/types.generated.js';
import { violatedUnique } from '../db/violations.js';
import { Conflict, NotFound } from '../errors.js';
import { batched } from '../graphql/batch.js';
import { checkTexts } from '../input.js';
import type { Identity, LinkIdentityInput } from './identities.types.js';

interface IdentityRow extends Identity {
  readonly user: string;
}

async function select(db: Kysely<DB> | Tx, where: ReturnType<typeof sql>): Promise<IdentityRow[]> {
  const { rows } = await sql<IdentityRow>`/* identities */ select i.public_id as id, i.issuer, i.subject, i.created_at as "createdAt",
      i.user_id::text as "user"
    from identities i where ${where} order by i.created_at, i.public_id`.execute(db);
  return rows;
}

/** Who a user is to providers, the earliest link first; loaded together with those of other users. */
export function identitiesOfUser(ctx: Context, userKey: string): Promise<Identity[]> {
  return batched(ctx, ['user.identities'], userKey, async (keys) => {
    const rows = await select(ctx.db, sql`i.user_id = any (${keys}::bigint[])`);
    return keys.map((key) => rows.filter((row) => row.user === key));
  });
}

interface LinkedUser {
  readonly key: string;
  readonly id: string;
  readonly email: string;
}

async function lockUser(tx: Tx, where: ReturnType<typeof sql>, id: string): Promise<LinkedUser> {
  const { rows } = await sql<LinkedUser>`select u.id as key, u.public_id as id, u.email from users u
    where ${where} and u.deleted_at is null for update`.execute(tx);
  const [user] = rows;
  if (!user) throw new NotFound('user', id);
  return user;
}

const textRules = { issuer: { min: 1, max: 2_048 }, subject: { min: 1, max: 255 } };

/**
 * Links a user to who they are at a provider.
 * @throws NotFound
 * @throws Forbidden listing the user's permissions that the caller does not hold: who can link can sign in as them
 * @throws Conflict where the identity is somebody's
 * @throws Invalid
 */
export async function linkIdentity(ctx: Context, input: LinkIdentityInput): Promise<Identity> {
  checkTexts(['input'], input, textRules);
  const { userId, issuer, subject } = input;
  return changeAccess(ctx, async ({ tx, record }) => {
    const user = await lockUser(tx, sql`u.public_id = ${userId}`, userId);
    await requireHoldsAllOf(ctx, tx, user.key);
    const id = uuidv7();
    try {
      await tx.insertInto('identities').values({ public_id: id, user_id: user.key, issuer, subject }).execute();
    } catch (error) {
      if (!violatedUnique(error)) throw error;
      throw new Conflict('The identity belongs to a user already.', { field: 'subject' }, { cause: error });
    }
    const [identity] = await select(tx, sql`i.public_id = ${id}`);
    if (!identity) throw new Error('An identity that was written is gone.');
    await record({
      action: 'user.link_identity',
      resource: { type: 'user', id: userId, displayId: user.email },
      after: { issuer, subject },
    });
    return identity;
  });
}

/**
 * Unlinks an identity.
 * @throws NotFound
 * @throws Forbidden listing the user's permissions that the caller does not hold
 */
export async function unlinkIdentity(ctx: Context, id: string): Promise<string> {
  return changeAccess(ctx, async ({ tx, record }) => {
    const [identity] = await select(tx, sql`i.public_id = ${id}`);
    if (!identity) throw new NotFound('identity', id);
    const user = await lockUser(tx, sql`u.id = ${identity.user}`, identity.user);
    await requireHoldsAllOf(ctx, tx, user.key);
    await tx.deleteFrom('identities').where('public_id', '=', id).execute();
    const before = { issuer: identity.issuer, subject: identity.subject };
    await record({ action: 'user.unlink_identity', resource: { type: 'user', id: user.id, displayId: user.email }, before });
    return id;
  });
}
