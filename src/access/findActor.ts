import { CompiledQuery, type Kysely } from 'kysely';
import type { DB } from '../db/types.generated.js';
import { Unauthenticated } from '../errors.js';
import { type AccessClaims, verifyAccessToken } from './accessTokens.js';
import type { Actor, ActorOrg, Credential, PermissionEnforcement } from './actor.js';
import { apiKeyPrefix, hashOf } from './secrets.js';
import type { SigningKeys } from './signingKeys.js';

/** What one request is decided on: the caller, where there is one, and how strictly permissions bind. */
export interface Standing {
  readonly actor: Actor | null;
  readonly enforcement: PermissionEnforcement;
}

interface ActorRow {
  key: string;
  id: string;
  email: string;
  display_name: string;
  has_platform_access: boolean;
  is_global_access: boolean;
  permissions: string[];
  orgs: { key: string; id: string; role_hint: string | null }[];
  org_access: string[];
  enforcement: PermissionEnforcement;
}

interface KeyRow extends ActorRow {
  api_key_id: string;
  key_permissions: string[];
}

// Everything that a decision needs, at decision time: an expired or suspended assignment and an archived group give
// nothing, a suspended org has no members, and whoever is blocked has no row.
const actorColumns = `
  u.id as key, u.public_id as id, u.email, u.display_name, u.has_platform_access, u.is_global_access,
  case when u.has_platform_access then array(
    select distinct p.permission
    from group_assignments a
    join groups g on g.id = a.group_id and g.status = 'active'
    join group_permissions p on p.group_id = g.id
    where a.user_id = u.id and a.suspended_at is null and (a.expires_at is null or a.expires_at > now())
  ) else '{}' end as permissions,
  coalesce((
    select json_agg(json_build_object('key', o.id::text, 'id', o.public_id, 'role_hint', m.role_hint))
    from org_memberships m join orgs o on o.id = m.org_id and o.status = 'active'
    where m.user_id = u.id and m.status = 'active'
  ), '[]') as orgs,
  array(select o.public_id::text from org_access x join orgs o on o.id = x.org_id where x.user_id = u.id) as org_access,
  (select s.permission_enforcement from settings s) as enforcement`;

const isWelcome = `u.status = 'active' and u.deleted_at is null
  and not exists (select from session_blocklist b where b.user_id = u.id)`;

const byAccessToken = `/* actor by access token */ select ${actorColumns} from users u
  where u.public_id = $1 and ${isWelcome}
    and ($2::uuid is null or exists (
      select from sessions s where s.public_id = $2 and s.user_id = u.id and s.ended_at is null and s.expires_at > now()))`;

const byApiKey = `/* actor by API key */ select k.public_id as api_key_id, k.permissions as key_permissions, ${actorColumns}
  from api_keys k join users u on u.id = k.user_id
  where k.key_hash = $1 and k.revoked_at is null and (k.expires_at is null or k.expires_at > now()) and ${isWelcome}`;

/**
 * Tells who calls from the Authorization header, in one statement. No header is an anonymous caller.
 * @throws Unauthenticated for a credential that is malformed, forged, expired, revoked, or whose owner may not sign in
 */
export async function findStanding(db: Kysely<DB>, keys: SigningKeys, authorization: string | undefined): Promise<Standing> {
  if (authorization === undefined) return { actor: null, enforcement: 'enabled' };
  const token = bearerToken(authorization);
  return token.startsWith(apiKeyPrefix) ? standingOfApiKey(db, token) : standingOfClaims(db, verifyAccessToken(keys, token));
}

// RFC 6750 §2.1: the scheme is compared without case, one space, then the token's own alphabet.
const bearer = /^bearer ([A-Za-z0-9\-._~+/]+=*)$/i;

function bearerToken(authorization: string): string {
  const token = bearer.exec(authorization)?.[1];
  if (!token) throw new Unauthenticated();
  return token;
}

async function standingOfClaims(db: Kysely<DB>, claims: AccessClaims): Promise<Standing> {
  const { rows } = await db.executeQuery<ActorRow>(CompiledQuery.raw(byAccessToken, [claims.sub, claims.sid ?? null]));
  const [row] = rows;
  if (!row) throw new Unauthenticated();
  const credential: Credential = claims.sid ? { kind: 'session', sessionId: claims.sid } : { kind: 'token' };
  return { actor: actorOf(row, credential, new Set(row.permissions)), enforcement: row.enforcement };
}

async function standingOfApiKey(db: Kysely<DB>, token: string): Promise<Standing> {
  const { rows } = await db.executeQuery<KeyRow>(CompiledQuery.raw(byApiKey, [hashOf(token)]));
  const [row] = rows;
  if (!row) throw new Unauthenticated();
  // A key never exceeds its owner, even where the owner has lost a permission since.
  const owners = new Set(row.permissions);
  const permissions = new Set(row.key_permissions.filter((key) => owners.has(key)));
  return { actor: actorOf(row, { kind: 'api_key', apiKeyId: row.api_key_id }, permissions), enforcement: row.enforcement };
}

function actorOf(row: ActorRow, credential: Credential, permissions: ReadonlySet<string>): Actor {
  const orgs = new Map<string, ActorOrg>(row.orgs.map(({ key, id, role_hint }) => [id, { key, id, roleHint: role_hint }]));
  return {
    key: row.key,
    id: row.id,
    email: row.email,
    displayName: row.display_name,
    hasPlatformAccess: row.has_platform_access,
    isGlobalAccess: row.is_global_access,
    permissions,
    orgs,
    orgAccess: new Set(row.org_access),
    credential,
  };
}
