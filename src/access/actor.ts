/** An org as its members reach it. */
export interface ActorOrg {
  /** Internal key, as a decimal string. */
  readonly key: string;
  readonly id: string;
  readonly roleHint: string | null;
  /** Whether it is the org that runs the platform. */
  readonly isPlatform: boolean;
}

export type PermissionEnforcement = 'enabled' | 'audit' | 'disabled';

/** How the caller proved who they are. */
export type Credential =
  | { readonly kind: 'session'; readonly sessionId: string }
  /** An access token of an OpenID Connect provider's, or one that the program itself printed at its start: neither has a session here. */
  | { readonly kind: 'token' }
  | { readonly kind: 'api_key'; readonly apiKeyId: string }
  /** An admin who acts as this user, in one org. */
  | { readonly kind: 'impersonation'; readonly sessionId: string; readonly admin: { readonly id: string; readonly displayName: string } };

/** Who calls, as the database said at the start of this request. Nothing of it is kept for the next one. */
export interface Actor {
  readonly key: string;
  readonly id: string;
  readonly email: string;
  readonly displayName: string;
  readonly hasPlatformAccess: boolean;
  readonly isGlobalAccess: boolean;
  /** Effective permissions: assignments that are active now, of groups that are active, cut to what the credential may use. */
  readonly permissions: ReadonlySet<string>;
  /** Orgs that are active and in which the caller has an active membership, by public id. */
  readonly orgs: ReadonlyMap<string, ActorOrg>;
  /** Orgs to which an admin was granted access, by public id. */
  readonly orgAccess: ReadonlySet<string>;
  readonly credential: Credential;
}

/** The orgs in which the caller's role is `admin`. */
export function administeredOrgs(actor: Actor): ActorOrg[] {
  return [...actor.orgs.values()].filter((org) => org.roleHint === 'admin');
}

/** Whether the caller is an active member of an org that is active. */
export function isMemberOf(actor: Actor, orgId: string): boolean {
  return actor.orgs.has(orgId);
}

/** Whether an admin may work on this org: an explicit grant, or global access (contract: "Org access"). */
export function hasOrgAccess(actor: Actor, orgId: string): boolean {
  return actor.isGlobalAccess || actor.orgAccess.has(orgId);
}
