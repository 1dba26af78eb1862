import { sql } from 'kysely';
import { permissionKeys } from '../../../src/access/permissions.js';
import { aGrant, aMembership, anOrg, anOrgAccess, aUser, theOnlyLastingAdmin } from '../../support/builders.js';
import type { Caller, TestGateway } from '../../support/gateway.js';

/** Permissions that acts give and take: those that open the acts, and some that open nothing here. */
export const permissions = [
  'platform.admins.create',
  'platform.admins.update',
  'platform.billing.read',
  'platform.groups.create',
  'platform.groups.update',
  'platform.impersonation.start',
  'platform.org_access.grant',
  'platform.orgs.read',
  'platform.users.update',
] as const;

/** One way in of a person: their own sign-in, a key of theirs, or the token of an impersonation. */
export interface Credential extends Caller {
  readonly token: string;
  readonly personId: string;
}

/** The people of one run, and what they have made so far. */
export interface World {
  readonly gateway: TestGateway;
  readonly people: readonly string[];
  readonly orgs: readonly string[];
  readonly credentials: Credential[];
  /** The last key that was given out before; what has a greater one is of this run. */
  readonly before: { readonly group: string };
}

/**
 * Two admins who hold everything and reach every org, three with a part of it, and two users who are no admins, of whom both are
 * in one org. Nobody else holds anything for good.
 */
export async function aWorld(gateway: TestGateway): Promise<World> {
  const { database } = gateway;
  const { rows } = await sql<{ group: string }>`select coalesce(max(id), 0) as group from groups`.execute(database.db);
  const [before = { group: '0' }] = rows;
  const people = await Promise.all(Array.from({ length: 7 }, (_, i) => aUser(database, { isGlobalAccess: false, displayName: `P${i}` })));
  const [root = '', deputy = '', staff = '', support = '', reach = '', first = '', second = ''] = people;
  const orgs = [await anOrg(database), await anOrg(database)];
  const [org = ''] = orgs;
  for (const id of [root, deputy]) await aGrant(database, id, [...permissionKeys]);
  await aGrant(database, staff, ['platform.admins.create', 'platform.admins.update', 'platform.groups.create', 'platform.groups.update']);
  await aGrant(database, support, ['platform.users.update', 'platform.users.deactivate', 'platform.users.reactivate']);
  await aGrant(database, reach, ['platform.org_access.grant', 'platform.impersonation.start', 'platform.groups.create']);
  for (const id of [first, second]) await aMembership(database, org, id);
  await anOrgAccess(database, reach, org);
  await database.db.updateTable('users').set({ is_global_access: true }).where('public_id', 'in', [root, deputy]).execute();
  await theOnlyLastingAdmin(database, root);
  await database.db
    .updateTable('group_assignments')
    .set({ expires_at: null })
    .where('user_id', 'in', (eb) => eb.selectFrom('users').select('id').where('public_id', 'in', people))
    .execute();
  return { gateway, people, orgs, credentials: people.map((personId) => ({ personId, token: gateway.tokenFor(personId) })), before };
}

/** What a credential opens now, as the product says it. Nothing where it does not hold. */
export interface Holding {
  readonly permissions: ReadonlySet<string>;
  readonly orgs: ReadonlySet<string>;
  readonly isGlobal: boolean;
}

const nothing: Holding = { permissions: new Set(), orgs: new Set(), isGlobal: false };

/** Asks the product itself what a credential opens. */
export async function holdingOf({ gateway }: World, credential: Caller): Promise<Holding> {
  const { data } = await gateway.graphql<
    { viewer: { permissions: string[] }; myOrgs: { isGlobal: boolean; nodes: { id: string }[] } },
    object
  >('{ viewer { permissions } myOrgs(first: 100) { isGlobal nodes { id } } }', {}, credential);
  if (!data) return nothing;
  const { isGlobal, nodes } = data.myOrgs;
  return { permissions: new Set(data.viewer.permissions), isGlobal, orgs: new Set(isGlobal ? [] : nodes.map(({ id }) => id)) };
}

/** What stands in the database, read without the product's own conditions. */
export interface Standing {
  /** What a person holds, or would hold if they were let in again. */
  readonly latent: ReadonlyMap<string, ReadonlySet<string>>;
  /** To which orgs a person has access; `*` for every one. */
  readonly reach: ReadonlyMap<string, ReadonlySet<string>>;
  /** What each group gives to whoever gets it. */
  readonly groups: ReadonlyMap<string, ReadonlySet<string>>;
  /** Who can let others in for good: with `platform.admins.create`, active, and with no end in sight. */
  readonly lasting: readonly string[];
}

async function pairs(world: World, query: ReturnType<typeof sql<{ of: string; item: string }>>): Promise<Map<string, Set<string>>> {
  const { rows } = await query.execute(world.gateway.database.db);
  const found = new Map<string, Set<string>>();
  for (const { of, item } of rows) found.set(of, (found.get(of) ?? new Set()).add(item));
  return found;
}

export async function standingOf(world: World): Promise<Standing> {
  const people = sql`u.public_id = any (${world.people}::uuid[])`;
  const [latent, reach, groups, lasting] = await Promise.all([
    pairs(
      world,
      sql`select u.public_id as of, p.permission as item from users u join group_assignments a on a.user_id = u.id
        join groups g on g.id = a.group_id join group_permissions p on p.group_id = g.id
        where ${people} and u.has_platform_access and g.status = 'active' and coalesce(a.expires_at > now(), true)`,
    ),
    pairs(
      world,
      sql`select u.public_id as of, o.public_id::text as item from users u join org_access x on x.user_id = u.id join orgs o on o.id = x.org_id
        where ${people} union all select u.public_id, '*' from users u where ${people} and u.is_global_access`,
    ),
    pairs(world, sql`select g.public_id as of, p.permission as item from groups g join group_permissions p on p.group_id = g.id`),
    pairs(
      world,
      sql`select 'lasting' as of, u.public_id::text as item from users u join group_assignments a on a.user_id = u.id
        join groups g on g.id = a.group_id join group_permissions p on p.group_id = g.id
        where p.permission = 'platform.admins.create' and g.status = 'active' and a.expires_at is null and a.suspended_at is null
          and u.status = 'active' and u.has_platform_access and u.deleted_at is null`,
    ),
  ]);
  return { latent, reach, groups, lasting: [...(lasting.get('lasting') ?? [])].sort() };
}
