import { issueAccessToken } from '../../src/access/accessTokens.js';
import { permissionKeys } from '../../src/access/permissions.js';
import { aGrant, aMembership, anOrgAccess, aSession, aUser } from '../support/builders.js';
import type { Caller, TestGateway } from '../support/gateway.js';

/**
 * Who calls, for a field that one permission opens. Every admin and the owner of both keys has access to the org, so that
 * nothing but the permission tells them apart.
 */
export const callerNames = [
  /** Sends no credential. */
  'anonymous',
  /** An active member of the org, and no admin. */
  'member',
  /** A member with the role `admin` in the org. */
  'orgAdmin',
  /** A platform admin with every permission but the one; with none, where no permission opens the field. */
  'adminWithout',
  /** A platform admin with the one permission and no other. */
  'adminWith',
  /** A key with the one permission, of an owner who holds all. */
  'keyWith',
  /** A key with no permission, of an owner who holds all. */
  'keyWithout',
] as const;
export type CallerName = (typeof callerNames)[number];

/** An access token of a session of the user's. */
export async function signedIn({ database, keys }: TestGateway, userId: string): Promise<Caller> {
  const sid = await aSession(database, userId);
  return { token: issueAccessToken(keys, { sub: userId, sid }, 900).token };
}

/** A key of a user's, as they make it themselves. */
export async function aKeyOf(gateway: TestGateway, userId: string, permissions: readonly string[]): Promise<Caller> {
  const { data } = await gateway.graphql<{ createApiKey: { secret: string } }, object>(
    'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret } }',
    { input: { name: 'a key', permissions } },
    { token: gateway.tokenFor(userId) },
  );
  return { token: data?.createApiKey.secret ?? 'the key was refused' };
}

/** A platform admin with these permissions and no other, and access to the org where one is named. @returns the public id */
export async function anAdmin({ database }: TestGateway, permissions: readonly string[], orgId?: string): Promise<string> {
  const id = await aUser(database);
  await aGrant(database, id, permissions);
  if (orgId) await anOrgAccess(database, id, orgId);
  return id;
}

/** New callers of each kind, for an org and the permission that a field needs, if any. */
export async function callersOf(gateway: TestGateway, orgId: string, permission?: string): Promise<Record<CallerName, Caller>> {
  const one = permission === undefined ? [] : [permission];
  const allBut = permission === undefined ? [] : [...permissionKeys].filter((key) => key !== permission);
  const owners = anAdmin(gateway, [...permissionKeys], orgId);
  const [member, orgAdmin, adminWithout, adminWith, keyWith, keyWithout] = await Promise.all([
    aMember(gateway, orgId),
    aMember(gateway, orgId, 'admin'),
    anAdmin(gateway, allBut, orgId).then((id) => signedIn(gateway, id)),
    anAdmin(gateway, one, orgId).then((id) => signedIn(gateway, id)),
    owners.then((id) => aKeyOf(gateway, id, one)),
    owners.then((id) => aKeyOf(gateway, id, [])),
  ]);
  return { anonymous: {}, member, orgAdmin, adminWithout, adminWith, keyWith, keyWithout };
}

async function aMember(gateway: TestGateway, orgId: string, roleHint?: string): Promise<Caller> {
  const id = await aUser(gateway.database);
  await aMembership(gateway.database, orgId, id, { roleHint });
  return signedIn(gateway, id);
}
