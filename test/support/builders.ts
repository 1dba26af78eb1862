import { v7 as uuidv7 } from 'uuid';
import type { TestDatabase } from './database.js';

let count = 0;

/** A user, active unless said otherwise. @returns the public id */
export async function aUser(
  { db }: TestDatabase,
  values: {
    email?: string;
    displayName?: string;
    status?: 'active' | 'suspended' | 'deactivated';
    isPlatformAdmin?: boolean;
    isGlobalAccess?: boolean;
  } = {},
): Promise<string> {
  count += 1;
  const id = uuidv7();
  const status = values.status ?? 'active';
  await db
    .insertInto('users')
    .values({
      public_id: id,
      email: values.email ?? `user${count}@test.example`,
      username: `user${count}`,
      display_name: values.displayName ?? `User ${count}`,
      status,
      deactivated_at: status === 'deactivated' ? new Date().toISOString() : null,
      has_platform_access: values.isPlatformAdmin ?? false,
      is_global_access: values.isGlobalAccess ?? false,
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
  count += 1;
  const id = uuidv7();
  const shard = await database.db.selectFrom('shards').select('id').executeTakeFirstOrThrow();
  await database.db
    .insertInto('orgs')
    .values({
      public_id: id,
      name: values.name ?? `Org ${count}`,
      slug: values.slug ?? `org-${count}`,
      status: values.status ?? 'active',
      schema_name: `t_org_${count}_${id.slice(-6)}`,
      shard_id: shard.id,
    })
    .execute();
  for (const user of values.members ?? []) await aMembership(database, id, user);
  for (const user of values.admins ?? []) await aMembership(database, id, user, { roleHint: 'admin' });
  return id;
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

/** A group of these permissions, assigned to a user who becomes a platform admin by it. @returns the assignment's public id */
export async function aGrant(
  { db }: TestDatabase,
  userId: string,
  permissions: readonly string[],
  values: { expiresAt?: string } = {},
): Promise<string> {
  count += 1;
  const id = uuidv7();
  const user = await db
    .updateTable('users')
    .set({ has_platform_access: true })
    .where('public_id', '=', userId)
    .returning('id')
    .executeTakeFirstOrThrow();
  const group = await db
    .insertInto('groups')
    .values({ public_id: uuidv7(), name: `Group ${count}` })
    .returning('id')
    .executeTakeFirstOrThrow();
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

/** Access of an admin to one org. */
export async function anOrgAccess({ db }: TestDatabase, userId: string, orgId: string): Promise<void> {
  const org = await db.selectFrom('orgs').select('id').where('public_id', '=', orgId).executeTakeFirstOrThrow();
  const user = await db.selectFrom('users').select('id').where('public_id', '=', userId).executeTakeFirstOrThrow();
  await db.insertInto('org_access').values({ public_id: uuidv7(), user_id: user.id, org_id: org.id }).execute();
}
