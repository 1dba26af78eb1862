import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { type ActorOrg, administeredOrgs } from '../access/actor.js';
import { hashPassword } from '../access/passwords.js';
import { change } from '../audit/change.js';
import type { Tx } from '../audit/entry.js';
import { actorOf, type Context } from '../context.js';
import { tellVerification } from '../credentials/emailVerification.service.js';
import type { RowOf } from '../db/shape.js';
import { Invalid, NotFound } from '../errors.js';
import type { Selection } from '../graphql/selection.js';
import { checkTexts, isBlank } from '../input.js';
import { checkPassword } from './passwordRule.js';
import { readUser, userResource } from './selectUser.js';
import { userTexts } from './updateUser.service.js';
import type { CreateUserInput, User } from './users.types.js';
import { nameConflict } from './writeUser.js';

/**
 * Makes a user who signs in with the given password. They join the org that is named, or the one that the caller administers; who may make
 * users in any org and administers none makes one who belongs to none yet (contract: "Users").
 * @throws NotFound where there is no such org
 * @throws Conflict where the email or the username belongs to another user
 * @throws Invalid also where the caller administers several orgs and names none
 * @throws Unavailable where too many passwords are being hashed
 */
export async function createUser(ctx: Context, input: CreateUserInput, selection: Selection): Promise<RowOf<User>> {
  const { password, orgId, ...fields } = input;
  checkTexts(['input'], fields, userTexts);
  checkPassword(['input', 'password'], password, [input.email, input.username]);
  const place = orgId ?? soleOrgOf(ctx)?.id;
  const passwordHash = await hashPassword(password);
  return change(ctx, async ({ tx, record }) => {
    const org = place === undefined ? undefined : await lockOrg(tx, place);
    const id = uuidv7();
    const { key } = await insertUser(tx, id, fields, passwordHash);
    if (org) await join(tx, org.key, key);
    await tellVerification(ctx, tx, key);
    const user = await readUser(tx, id, selection);
    await record({ action: 'user.create', resource: userResource(user), org, after: user });
    return user;
  });
}

/** The org that the caller administers. @throws Invalid where there are several */
function soleOrgOf(ctx: Context): ActorOrg | undefined {
  const [org, another] = administeredOrgs(actorOf(ctx));
  if (another) throw Invalid.field(['input', 'orgId'], 'You administer several orgs: name the one that the user joins.', 'missing');
  return org;
}

/** The org, which the transaction keeps from being deleted. @throws NotFound */
async function lockOrg(tx: Tx, id: string) {
  const org = await tx
    .selectFrom('orgs')
    .select(['id as key', 'public_id as id', 'name'])
    .where('public_id', '=', id)
    .forKeyShare()
    .executeTakeFirst();
  if (!org) throw new NotFound('org', id);
  return org;
}

/** @throws Conflict naming the email or the username that belongs to another user */
async function insertUser(tx: Tx, id: string, fields: Omit<CreateUserInput, 'password' | 'orgId'>, passwordHash: string) {
  const { email, username, fullName, displayName } = fields;
  const called = displayName ?? fullName ?? '';
  try {
    return await tx
      .insertInto('users')
      .values({
        public_id: id,
        email,
        username,
        full_name: fullName ?? null,
        display_name: isBlank(called) ? username : called,
        password_hash: passwordHash,
      })
      .returning('id as key')
      .executeTakeFirstOrThrow();
  } catch (error) {
    throw nameConflict(error);
  }
}

async function join(tx: Tx, orgKey: string, userKey: string): Promise<void> {
  await tx
    .insertInto('org_memberships')
    .values({ public_id: uuidv7(), org_id: orgKey, user_id: userKey, status: 'active', joined_at: sql`now()` })
    .execute();
}
