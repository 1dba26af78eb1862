import { CompiledQuery, type Kysely } from 'kysely';
import type { Platform } from '../context.js';
import type { DB } from '../db/types.generated.js';
import { Unauthenticated } from '../errors.js';
import { type Validity, type VerifiedClaims, verifyAccessToken } from './accessTokens.js';
import type { Actor, Credential, PermissionEnforcement } from './actor.js';
import { actorLookup } from './actorLookup.js';
import { type ActorRow, actorColumns, actorOfRow, mayAct, newestChangeColumn, permissionSet } from './actorRow.js';
import { issuerNamedIn, type OpenIdClaims } from './openIdIssuer.js';
import { isOpen } from './openOrg.js';
import { apiKeyPrefix, hashOf, impersonationPrefix } from './secrets.js';

/** What one request is decided on: the caller, where there is one, and how strictly permissions bind. */
export interface Standing {
  readonly actor: Actor | null;
  readonly enforcement: PermissionEnforcement;
  /** The caller's newest change, as `newestChangeOf` says, where there is a standby that may have it or not. */
  readonly newestChange?: string | null;
}

/** What credentials are looked up in and verified with. */
export type Verifiers = Pick<Platform, 'db' | 'keys' | 'openId' | 'standby'>;

interface ImpersonationRow extends ActorRow {
  session_id: string;
  admin_id: string;
  admin_name: string;
  org_key: string;
  org_id: string;
  role_hint: string | null;
  is_platform: boolean;
}

// The one clock of all gateways; see Validity.
const holdsNow = 'extract(epoch from now()) >= $1::float8 and extract(epoch from now()) < $2::float8';
const timesOf = ({ notBefore, expiresAt }: Validity): number[] => [notBefore, expiresAt];

const byIdentity = (
  newestChange: string,
) => `/* actor by identity */ select ${actorColumns}${newestChange} from identities i join users u on u.id = i.user_id
  where ${holdsNow} and i.issuer = $3 and i.subject = $4 and ${mayAct}`;

// Decided anew at each request: the session ends, with no job to make it so, when either user is shut out, when the admin
// loses the permission or the access to the org, when the target leaves it, and when the setting is switched off.
const byImpersonation = (
  newestChange: string,
) => `/* actor by impersonation */ select i.public_id as session_id, a.public_id as admin_id, a.display_name as admin_name,
    o.id as org_key, o.public_id as org_id, m.role_hint, o.is_platform, ${actorColumns}${newestChange}
  from impersonation_sessions i
  join users u on u.id = i.target_user_id and ${mayAct}
  join users a on a.id = i.admin_user_id
  join orgs o on o.id = i.target_org_id and ${isOpen('o')}
  join org_memberships m on m.org_id = o.id and m.user_id = u.id and m.status = 'active'
  where i.token_hash = $1 and i.ended_at is null and i.expires_at > now()
    and (select s.impersonation_enabled from settings s)
    and (a.is_global_access or exists (select from org_access x where x.user_id = a.id and x.org_id = o.id))
    and exists (select from effective_permissions p where p.user_id = a.id and p.permission = 'platform.impersonation.start')`;

/**
 * Tells who calls from the Authorization header, in one statement at most. No header is an anonymous caller.
 * @throws Unauthenticated for a credential that is malformed, forged, expired, revoked, or whose owner may not sign in
 * @throws Unavailable where it is an OpenID Connect provider's and the provider can't be reached
 */
export async function findStanding({ db, keys, openId, standby }: Verifiers, authorization: string | undefined): Promise<Standing> {
  if (authorization === undefined) return { actor: null, enforcement: 'enabled' };
  const token = bearerToken(authorization);
  const isStandbyAsked = standby !== undefined;
  if (token.startsWith(apiKeyPrefix)) return standingOfApiKey(db, token, isStandbyAsked);
  if (token.startsWith(impersonationPrefix)) return standingOfImpersonation(db, token, isStandbyAsked);
  if (openId && issuerNamedIn(token) === openId.issuer) return standingOfIdentity(db, await openId.verify(token), isStandbyAsked);
  return standingOfClaims(db, verifyAccessToken(keys, token), isStandbyAsked);
}

// RFC 6750 §2.1: the scheme is compared without case, one space, then the token's own alphabet.
const bearer = /^bearer ([A-Za-z0-9\-._~+/]+=*)$/i;

function bearerToken(authorization: string): string {
  const token = bearer.exec(authorization)?.[1];
  if (!token) throw new Unauthenticated();
  return token;
}

function standingOf(row: ActorRow, actor: Actor): Standing {
  return { actor, enforcement: row.enforcement, newestChange: row.newest_change };
}

async function standingOfClaims(db: Kysely<DB>, claims: VerifiedClaims, isStandbyAsked: boolean): Promise<Standing> {
  const row = await actorLookup(db, isStandbyAsked).byClaims(claims);
  if (!row) throw new Unauthenticated();
  const credential: Credential = claims.sid ? { kind: 'session', sessionId: claims.sid } : { kind: 'token' };
  return standingOf(row, actorOfRow(row, credential, permissionSet(row.permissions)));
}

async function standingOfIdentity(db: Kysely<DB>, claims: OpenIdClaims, isStandbyAsked: boolean): Promise<Standing> {
  const statement = byIdentity(isStandbyAsked ? newestChangeColumn('u') : '');
  const { rows } = await db.executeQuery<ActorRow>(CompiledQuery.raw(statement, [...timesOf(claims), claims.issuer, claims.subject]));
  const [row] = rows;
  if (!row) throw new Unauthenticated();
  return standingOf(row, actorOfRow(row, { kind: 'token' }, permissionSet(row.permissions)));
}

async function standingOfApiKey(db: Kysely<DB>, token: string, isStandbyAsked: boolean): Promise<Standing> {
  const row = await actorLookup(db, isStandbyAsked).byKeyHash(hashOf(token).toString('hex'));
  if (!row) throw new Unauthenticated();
  // A key never exceeds its owner, even where the owner has lost a permission since.
  const owners = permissionSet(row.permissions);
  const permissions = new Set(row.key_permissions.filter((key) => owners.has(key)));
  return standingOf(row, actorOfRow(row, { kind: 'api_key', apiKeyId: row.api_key_id }, permissions));
}

/** The target in the one org, with none of their permissions on the platform and none of the admin's. */
async function standingOfImpersonation(db: Kysely<DB>, token: string, isStandbyAsked: boolean): Promise<Standing> {
  // Entries of what is done under impersonation name the admin as who acted.
  const statement = byImpersonation(isStandbyAsked ? newestChangeColumn('a') : '');
  const { rows } = await db.executeQuery<ImpersonationRow>(CompiledQuery.raw(statement, [hashOf(token)]));
  const [row] = rows;
  if (!row) throw new Unauthenticated();
  const { session_id: sessionId, admin_id: id, admin_name: displayName, org_key: key, org_id: orgId, role_hint, is_platform } = row;
  const inTheOrg = {
    ...row,
    has_platform_access: false,
    is_global_access: false,
    orgs: [{ key, id: orgId, role_hint, is_platform }],
    org_access: [],
  };
  const actor = actorOfRow(inTheOrg, { kind: 'impersonation', sessionId, admin: { id, displayName } }, new Set());
  return standingOf(row, actor);
}
