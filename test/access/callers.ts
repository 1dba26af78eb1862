import { issueAccessToken } from '../../src/access/accessTokens.js';
import { permissionKeys } from '../../src/access/permissions.js';
import { aGrant, aMembership, anOrg, anOrgAccess, aSession, aUser, shutOut } from '../support/builders.js';
import type { Caller, TestGateway } from '../support/gateway.js';

/**
 * Who calls. Those who are not let in hold every permission and access to the org, and so do the keys' owners and who acts as
 * a member: nothing but the credential stands in their way.
 */
export const callerNames = [
  /** Sends no credential. */
  'anonymous',
  /** A token whose time is over. */
  'expired',
  /** A token of a session that was ended. */
  'revoked',
  /** A token of a user who was deactivated. */
  'deactivated',
  /** A user of no org, and no admin. */
  'outsider',
  /** An active member of the org, and no admin. */
  'member',
  /** A member with the role `admin` in the org. */
  'orgAdmin',
  /** The same in another org than any that is asked for. */
  'otherAdmin',
  /** A platform admin with every permission but the one, and access to the org. */
  'adminWithout',
  /** A platform admin with the one permission and no other, and access to the org. */
  'adminWith',
  /** As `adminWithout`, with access to no org. */
  'farWithout',
  /** As `adminWith`, with access to no org. */
  'farWith',
  /** An admin who acts as a member of the org; the member is in the other org too. */
  'impersonator',
  /** A key with no permission. */
  'keyWithout',
  /** A key with the one permission. */
  'keyWith',
] as const;
export type CallerName = (typeof callerNames)[number];

/** A caller, and as which user. */
export interface KnownCaller extends Caller {
  /** Public id; of no one's where nobody signed in. */
  readonly userId: string;
}

export type Callers = Readonly<Record<CallerName, KnownCaller>>;

/** The two orgs that are asked for: the one that callers belong to and have access to, and one to which only the member whom an admin acts as belongs. */
export interface Orgs {
  readonly own: string;
  readonly other: string;
}

/** An access token of a session of the user's. */
export async function signedIn({ database, keys }: TestGateway, userId: string): Promise<KnownCaller> {
  const sid = await aSession(database, userId);
  return { userId, token: issueAccessToken(keys, { sub: userId, sid }, 900).token };
}

/** A key of a user's, as they make it themselves. */
export async function aKeyOf(gateway: TestGateway, userId: string, permissions: readonly string[]): Promise<KnownCaller> {
  const { data } = await gateway.graphql<{ createApiKey: { secret: string } }, object>(
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }',
    { input: { name: 'a key', permissions } },
    { token: gateway.tokenFor(userId) },
  );
  return { userId, token: data?.createApiKey.secret ?? 'the key was refused' };
}

/** A platform admin with these permissions and no other, and access to the org where one is named. @returns the public id */
export async function anAdmin({ database }: TestGateway, permissions: readonly string[], orgId?: string): Promise<string> {
  const id = await aUser(database);
  await aGrant(database, id, permissions);
  if (orgId) await anOrgAccess(database, id, orgId);
  return id;
}

/** An admin of every permission who acts as a member of the org. @param alsoIn another org that the member is in */
export async function anImpersonator(gateway: TestGateway, orgId: string, alsoIn?: string): Promise<KnownCaller> {
  const { database } = gateway;
  const userId = await aUser(database);
  await aMembership(database, orgId, userId);
  if (alsoIn) await aMembership(database, alsoIn, userId);
  const admin = await anAdmin(gateway, [...permissionKeys], orgId);
  const { data } = await gateway.graphql<{ startImpersonation: { token: string } }, object>(
    'mutation ($input: StartImpersonationInput!) { startImpersonation(input: $input) { token } }',
    { input: { userId, orgId, reason: 'They asked for help.' } },
    { token: gateway.tokenFor(admin) },
  );
  return { userId, token: data?.startImpersonation.token ?? 'the start was refused' };
}

/**
 * Finds the callers for the permission that a field needs, if any. They are made once: those whom no permission tells apart for
 * all fields, the others for all fields of the permission. For who is to be made anew, ask another `callersFor`.
 */
export function callersFor(gateway: TestGateway, orgs: Orgs): (permission?: string) => Promise<Callers> {
  const common = commonCallers(gateway, orgs);
  const known = new Map<string | undefined, Promise<Callers>>();
  return (permission) => {
    const callers = known.get(permission) ?? permitted(gateway, orgs, common, permission);
    known.set(permission, callers);
    return callers;
  };
}

type Common = Omit<Callers, 'adminWith' | 'adminWithout' | 'farWith' | 'farWithout' | 'keyWith'>;

async function commonCallers(gateway: TestGateway, orgs: Orgs): Promise<Common> {
  const { database, keys } = gateway;
  const mighty = () => anAdmin(gateway, [...permissionKeys], orgs.own);
  const [expired, revoked, deactivated, keyOwner] = await Promise.all([mighty(), mighty(), mighty(), mighty()]);
  const ended = await signedIn(gateway, revoked);
  await database.db
    .updateTable('sessions')
    .set({ ended_at: new Date().toISOString(), end_reason: 'logout' })
    .where('user_id', '=', (eb) => eb.selectFrom('users').select('id').where('public_id', '=', revoked))
    .execute();
  await shutOut(database, deactivated, 'deactivated');
  return {
    anonymous: { userId: expired },
    expired: { userId: expired, token: issueAccessToken(keys, { sub: expired }, -1).token },
    revoked: ended,
    deactivated: { userId: deactivated, token: gateway.tokenFor(deactivated) },
    outsider: await signedIn(gateway, await aUser(database)),
    member: await aMember(gateway, orgs.own),
    orgAdmin: await aMember(gateway, orgs.own, 'admin'),
    otherAdmin: await aMember(gateway, await anOrg(database), 'admin'),
    impersonator: await anImpersonator(gateway, orgs.own, orgs.other),
    keyWithout: await aKeyOf(gateway, keyOwner, []),
  };
}

async function permitted(gateway: TestGateway, orgs: Orgs, common: Promise<Common>, permission?: string): Promise<Callers> {
  const one = permission === undefined ? [] : [permission];
  const allBut = permission === undefined ? [] : [...permissionKeys].filter((key) => key !== permission);
  const admin = async (permissions: readonly string[], orgId?: string) => signedIn(gateway, await anAdmin(gateway, permissions, orgId));
  const [adminWithout, adminWith, farWithout, farWith, keyWith] = await Promise.all([
    admin(allBut, orgs.own),
    admin(one, orgs.own),
    admin(allBut),
    admin(one),
    anAdmin(gateway, [...permissionKeys], orgs.own).then((owner) => aKeyOf(gateway, owner, one)),
  ]);
  return { ...(await common), adminWithout, adminWith, farWithout, farWith, keyWith };
}

async function aMember(gateway: TestGateway, orgId: string, roleHint?: string): Promise<KnownCaller> {
  const id = await aUser(gateway.database);
  await aMembership(gateway.database, orgId, id, { roleHint });
  return signedIn(gateway, id);
}
