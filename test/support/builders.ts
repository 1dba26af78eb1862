import { v7 as uuidv7 } from 'uuid';
import { hashPassword } from '../../src/access/passwords.js';
import { issueOneTimeToken } from '../../src/credentials/oneTimeTokens.js';
import { placementOf } from '../../src/tenancy/placement.js';
import { schemaNameOf } from '../../src/tenancy/schemaName.js';
import { makeTenantSchema } from '../../src/tenancy/tenantSchema.js';
import type { TestDatabase } from './database.js';
import type { TestGateway } from './gateway.js';

let count = 0;

/** The next number, with zeros before it, so that names sort as they were made. */
function nextNumber(): string {
  count += 1;
  return String(count).padStart(5, '0');
}

/** A user, active unless said otherwise. @returns the public id */
export async function aUser(
  { db }: TestDatabase,
  values: {
    email?: string;
    displayName?: string;
    /** Without one the user can't sign in. */
    password?: string;
    status?: 'active' | 'suspended' | 'deactivated';
    isPlatformAdmin?: boolean;
    isGlobalAccess?: boolean;
    createdAt?: string;
    /** Without one the user never signed in. */
    lastLoginAt?: string;
  } = {},
): Promise<string> {
  const number = nextNumber();
  const id = uuidv7();
  const status = values.status ?? 'active';
  await db
    .insertInto('users')
    .values({
      public_id: id,
      email: values.email ?? `user${number}@test.example`,
      username: `user${number}`,
      display_name: values.displayName ?? `User ${number}`,
      password_hash: values.password === undefined ? null : await hashPassword(values.password),
      status,
      deactivated_at: status === 'deactivated' ? new Date().toISOString() : null,
      deactivated_from: status === 'deactivated' ? 'active' : null,
      has_platform_access: values.isPlatformAdmin ?? false,
      is_global_access: values.isGlobalAccess ?? false,
      last_login_at: values.lastLoginAt ?? null,
      ...(values.createdAt !== undefined && { created_at: values.createdAt }),
    })
    .execute();
  return id;
}

/** An org, active unless said otherwise, with these members. @returns the public id */
export async function anOrg(
  database: TestDatabase,
  values: {
    name?: string;
    slug?: string;
    status?: 'active' | 'suspended' | 'migrating';
    members?: readonly string[];
    admins?: readonly string[];
  } = {},
): Promise<string> {
  const number = nextNumber();
  const id = uuidv7();
  const shard = await database.db.selectFrom('shards').select('id').executeTakeFirstOrThrow();
  await database.db
    .insertInto('orgs')
    .values({
      public_id: id,
      name: values.name ?? `Org ${number}`,
      slug: values.slug ?? `org-${number}`,
      status: values.status ?? 'active',
      schema_name: schemaNameOf(`org-${number}`, id),
      shard_id: shard.id,
    })
    .execute();
  for (const user of values.members ?? []) await aMembership(database, id, user);
  for (const user of values.admins ?? []) await aMembership(database, id, user, { roleHint: 'admin' });
  return id;
}

/** An org with a schema of its own on the first shard, as provisioning leaves it. @returns the public id and the internal key */
export async function aTenant(
  { database, platform }: Pick<TestGateway, 'database' | 'platform'>,
  values: Parameters<typeof anOrg>[1] = {},
): Promise<{ id: string; key: string }> {
  const id = await anOrg(database, values);
  const { id: key } = await database.db.selectFrom('orgs').select('id').where('public_id', '=', id).executeTakeFirstOrThrow();
  const placement = await placementOf(database.db, key);
  if (!placement) throw new Error('The org has no place.');
  await platform.shardPools.use(placement.shard, (db) => makeTenantSchema(db, placement.schema));
  return { id, key };
}

/** A user's place in an org, active unless said otherwise. @returns the public id */
export async function aMembership(
  { db }: TestDatabase,
  orgId: string,
  userId: string,
  values: { status?: 'active' | 'invited' | 'suspended' | 'removed'; roleHint?: string } = {},
): Promise<string> {
  const id = uuidv7();
  const status = values.status ?? 'active';
  const org = await db.selectFrom('orgs').select('id').where('public_id', '=', orgId).executeTakeFirstOrThrow();
  const user = await db.selectFrom('users').select('id').where('public_id', '=', userId).executeTakeFirstOrThrow();
  await db
    .insertInto('org_memberships')
    .values({
      public_id: id,
      org_id: org.id,
      user_id: user.id,
      status,
      suspended_by: status === 'suspended' ? 'hand' : null,
      role_hint: values.roleHint ?? null,
      joined_at: status === 'active' ? new Date().toISOString() : null,
    })
    .execute();
  return id;
}

/** A workspace of an org. @returns the public id */
export async function aWorkspace({ db }: TestDatabase, orgId: string, name: string): Promise<string> {
  const id = uuidv7();
  const org = await db.selectFrom('orgs').select('id').where('public_id', '=', orgId).executeTakeFirstOrThrow();
  await db.insertInto('workspaces').values({ public_id: id, org_id: org.id, name, slug: name.toLowerCase() }).execute();
  return id;
}

/** A user's place in a workspace; they must have one in its org. */
export async function aWorkspaceMember(
  { db }: TestDatabase,
  workspaceId: string,
  userId: string,
  role: 'viewer' | 'member' | 'admin' | 'owner' = 'member',
): Promise<void> {
  const workspace = await db
    .selectFrom('workspaces')
    .select(['id', 'org_id'])
    .where('public_id', '=', workspaceId)
    .executeTakeFirstOrThrow();
  const user = await db.selectFrom('users').select('id').where('public_id', '=', userId).executeTakeFirstOrThrow();
  await db
    .insertInto('workspace_members')
    .values({ workspace_id: workspace.id, org_id: workspace.org_id, user_id: user.id, role })
    .execute();
}

/** A group of these permissions, assigned to a user who becomes a platform admin by it. @returns the assignment's public id */
export async function aGrant(
  { db }: TestDatabase,
  userId: string,
  permissions: readonly string[],
  values: { expiresAt?: string } = {},
): Promise<string> {
  const name = `Group ${nextNumber()}`;
  const id = uuidv7();
  const user = await db
    .updateTable('users')
    .set({ has_platform_access: true })
    .where('public_id', '=', userId)
    .returning('id')
    .executeTakeFirstOrThrow();
  const group = await db.insertInto('groups').values({ public_id: uuidv7(), name }).returning('id').executeTakeFirstOrThrow();
  if (permissions.length > 0) {
    await db
      .insertInto('group_permissions')
      .values(permissions.map((permission) => ({ group_id: group.id, permission })))
      .execute();
  }
  await db
    .insertInto('group_assignments')
    .values({ public_id: id, group_id: group.id, user_id: user.id, expires_at: values.expiresAt ?? null })
    .execute();
  return id;
}

/** A group of no permission, which nobody has. @returns the public id */
export async function aGroup({ db }: TestDatabase): Promise<string> {
  const id = uuidv7();
  await db
    .insertInto('groups')
    .values({ public_id: id, name: `Group ${id}` })
    .execute();
  return id;
}

/** A partner. @returns the public id */
export async function aPartner({ db }: TestDatabase): Promise<string> {
  const id = uuidv7();
  await db
    .insertInto('partners')
    .values({ public_id: id, name: 'A partner', slug: `partner-${id}`, partner_type: 'integration' })
    .execute();
  return id;
}

/** Access of an admin to one org. */
export async function anOrgAccess({ db }: TestDatabase, userId: string, orgId: string): Promise<void> {
  const org = await db.selectFrom('orgs').select('id').where('public_id', '=', orgId).executeTakeFirstOrThrow();
  const user = await db.selectFrom('users').select('id').where('public_id', '=', userId).executeTakeFirstOrThrow();
  await db.insertInto('org_access').values({ public_id: uuidv7(), user_id: user.id, org_id: org.id }).execute();
}

/** Takes a user's access away, as far as no operation does it yet. `blocked` is an entry of the session blocklist. */
export async function shutOut(
  { db }: TestDatabase,
  userId: string,
  how: 'suspended' | 'deactivated' | 'deleted' | 'blocked',
): Promise<void> {
  const now = new Date().toISOString();
  if (how === 'blocked') {
    const user = await db.selectFrom('users').select('id').where('public_id', '=', userId).executeTakeFirstOrThrow();
    await db.insertInto('session_blocklist').values({ user_id: user.id, reason: 'test' }).execute();
    return;
  }
  const changes = {
    suspended: { status: 'suspended' },
    deactivated: { status: 'deactivated', deactivated_at: now, deactivated_from: 'active' },
    deleted: { deleted_at: now },
  };
  await db.updateTable('users').set(changes[how]).where('public_id', '=', userId).execute();
}

/** Lets every assignment but this user's end one day, so that they alone hold what they hold for good. */
export async function theOnlyLastingAdmin({ db }: TestDatabase, userId: string): Promise<void> {
  const user = await db.selectFrom('users').select('id').where('public_id', '=', userId).executeTakeFirstOrThrow();
  await db.updateTable('group_assignments').set({ expires_at: '2099-01-01T00:00:00Z' }).where('user_id', '<>', user.id).execute();
}

/** A token as it is sent to a user by email. @returns the token */
export async function aOneTimeToken(
  { db }: TestDatabase,
  userId: string,
  purpose: 'email_verification' | 'password_reset',
): Promise<string> {
  const { id } = await db.selectFrom('users').select('id').where('public_id', '=', userId).executeTakeFirstOrThrow();
  return (await db.transaction().execute((tx) => issueOneTimeToken(tx, id, purpose))).token;
}

/** A session of a user, that began with a sign-in. @returns the public id, which its access tokens carry as `sid` */
export async function aSession({ db }: TestDatabase, userId: string): Promise<string> {
  const id = uuidv7();
  const user = await db.selectFrom('users').select('id').where('public_id', '=', userId).executeTakeFirstOrThrow();
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
  await db.insertInto('sessions').values({ public_id: id, user_id: user.id, expires_at: expiresAt }).execute();
  return id;
}

/** Ends what a grant gives: lets its assignment run out, or suspends it, or archives its group. @param assignmentId from `aGrant` */
export async function endGrant({ db }: TestDatabase, assignmentId: string, how: 'expired' | 'suspended' | 'archived'): Promise<void> {
  const past = new Date(Date.now() - 1_000).toISOString();
  if (how === 'archived') {
    const assignment = db.selectFrom('group_assignments').select('group_id').where('public_id', '=', assignmentId);
    await db.updateTable('groups').set({ status: 'archived', archived_at: past }).where('id', '=', assignment).execute();
    return;
  }
  const changes = { expired: { expires_at: past }, suspended: { suspended_at: past } };
  await db.updateTable('group_assignments').set(changes[how]).where('public_id', '=', assignmentId).execute();
}

/** Lets a session, an API key or a refresh token run out. @param id a session's or a key's public id; for `refresh token`, the session's */
export async function letExpire({ db }: TestDatabase, what: 'session' | 'API key' | 'refresh token', id: string): Promise<void> {
  const past = { expires_at: new Date(Date.now() - 1_000).toISOString() };
  if (what === 'session') await db.updateTable('sessions').set(past).where('public_id', '=', id).execute();
  else if (what === 'API key') await db.updateTable('api_keys').set(past).where('public_id', '=', id).execute();
  else {
    const session = db.selectFrom('sessions').select('id').where('public_id', '=', id);
    await db.updateTable('refresh_tokens').set(past).where('session_id', '=', session).execute();
  }
}
