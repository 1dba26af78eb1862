import { randomBytes } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { hashPassword } from '../access/passwords.js';
import type { Tx } from '../audit/entry.js';
import { recordEntry } from '../audit/record.js';
import type { DB } from '../db/types.generated.js';
import { ownersName, systemGroups } from '../groups/systemGroups.js';
import { leaseSeconds } from '../tenancy/provisioning.js';
import { provisionOwnOrgs } from '../tenancy/provisionOwnOrgs.js';
import { schemaNameOf } from '../tenancy/schemaName.js';

export interface FirstAdmin {
  readonly id: string;
  readonly email: string;
  /** Only where it was made up here: to be shown once, and kept nowhere. */
  readonly generatedPassword?: string;
}

export interface FirstStartOptions {
  readonly adminEmail: string;
  /** A secret. Absent: one is made up. */
  readonly adminPassword?: string;
}

/** Serializes first starts of several gateways on one database; an arbitrary number that nothing else uses. */
const lock = 7_265_301;
const system = { actor: null, origin: { traceId: '0'.repeat(32), ipAddress: null, userAgent: null } };

/**
 * Gives an empty platform what it can't be without: the shard of its own database, its own org, the system groups, and a
 * first admin who holds every permission for good. Where there is any user, nothing is done.
 * @returns the admin, or undefined where the platform was not empty
 */
export async function firstStart(db: Kysely<DB>, options: FirstStartOptions): Promise<FirstAdmin | undefined> {
  if (!(await isEmpty(db))) return undefined;
  const password = options.adminPassword ?? randomBytes(18).toString('base64url');
  const admin = await db.transaction().execute(async (tx) => {
    await sql`select pg_advisory_xact_lock(${lock})`.execute(tx);
    // Another start may have been first meanwhile.
    if (!(await isEmpty(tx))) return undefined;
    await makePlatformOrg(tx, await makeOwnShard(tx));
    await makeSystemGroups(tx);
    const id = await makeAdmin(tx, options.adminEmail, password);
    return { id, email: options.adminEmail, generatedPassword: options.adminPassword ? undefined : password };
  });
  if (admin) await provisionOwnOrgs(db);
  return admin;
}

async function isEmpty(db: Kysely<DB>): Promise<boolean> {
  return (await db.selectFrom('users').select('id').limit(1).executeTakeFirst()) === undefined;
}

async function makeOwnShard(tx: Tx): Promise<string> {
  const id = uuidv7();
  const shard = await tx
    .insertInto('shards')
    .values({ public_id: id, name: 'main', region: 'local', max_orgs: sql`(select max_orgs_per_shard from settings)` })
    .returning('id')
    .executeTakeFirstOrThrow();
  await recordEntry(tx, system, { action: 'shard.create', resource: { type: 'shard', id, displayId: 'main' } });
  return shard.id;
}

async function makePlatformOrg(tx: Tx, shardKey: string): Promise<void> {
  const id = uuidv7();
  const org = await tx
    .insertInto('orgs')
    .values({
      public_id: id,
      name: 'Platform',
      slug: 'platform',
      account_type: 'enterprise',
      onboarding_status: 'completed',
      is_platform: true,
      status: 'migrating',
      shard_id: shardKey,
      schema_name: schemaNameOf('platform', id),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await tx
    .insertInto('org_provisioning')
    .values({ org_id: org.id, lease_expires_at: sql`now() + ${leaseSeconds} * interval '1 second'` })
    .execute();
  await recordEntry(tx, system, {
    action: 'org.create',
    resource: { type: 'org', id, displayId: 'platform' },
    org: { key: org.id, id, name: 'Platform' },
    after: { name: 'Platform', slug: 'platform', status: 'active', accountType: 'enterprise', version: 1 },
  });
}

async function makeSystemGroups(tx: Tx): Promise<void> {
  for (const { name, description, permissions } of systemGroups) {
    const id = uuidv7();
    const group = await tx
      .insertInto('groups')
      .values({ public_id: id, name, description, is_system: true })
      .returning('id')
      .executeTakeFirstOrThrow();
    await tx
      .insertInto('group_permissions')
      .values(permissions.map((permission) => ({ group_id: group.id, permission })))
      .execute();
    await recordEntry(tx, system, { action: 'group.create', resource: { type: 'group', id, displayId: name } });
  }
}

async function makeAdmin(tx: Tx, email: string, password: string): Promise<string> {
  const id = uuidv7();
  const admin = await tx
    .insertInto('users')
    .values({
      public_id: id,
      email,
      username: email.split('@')[0] ?? email,
      display_name: 'Platform admin',
      has_platform_access: true,
      is_global_access: true,
      password_hash: await hashPassword(password),
      email_verified_at: sql`now()`,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await tx
    .insertInto('group_assignments')
    .columns(['public_id', 'group_id', 'user_id'])
    .expression((eb) =>
      eb
        .selectFrom('groups')
        .select([sql<string>`${uuidv7()}::uuid`.as('public_id'), 'id', sql<string>`${admin.id}::bigint`.as('user_id')])
        .where('name', '=', ownersName),
    )
    .execute();
  await tx
    .insertInto('org_memberships')
    .columns(['public_id', 'org_id', 'user_id', 'role_hint', 'joined_at'])
    .expression((eb) =>
      eb
        .selectFrom('orgs')
        .select([
          sql<string>`${uuidv7()}::uuid`.as('public_id'),
          'id',
          sql<string>`${admin.id}::bigint`.as('user_id'),
          sql<string>`'admin'`.as('role_hint'),
          sql<string>`now()`.as('joined_at'),
        ])
        .where('is_platform', '=', true),
    )
    .execute();
  await recordEntry(tx, system, {
    action: 'admin.create',
    resource: { type: 'admin', id, displayId: email },
    after: { email, displayName: 'Platform admin', status: 'active', hasPlatformAccess: true, isGlobalAccess: true, version: 1 },
  });
  return id;
}
