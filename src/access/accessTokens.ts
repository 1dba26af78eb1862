import type { KeyObject } from 'node:crypto';
import jwt, { type JwtPayload } from 'jsonwebtoken';
import { validate as isUuid, v7 as uuidv7 } from 'uuid';
import { Unauthenticated } from '../errors.js';
import type { SigningKeys } from './signingKeys.js';

const algorithm = 'HS256';
/** RFC 9068 §2.1: an access token says that it is one, so that no other token passes for it. */
const type = 'at+jwt';

export interface AccessClaims {
  /** The user's public id. */
  readonly sub: string;
  /** The session's public id; absent in a token that belongs to no session. */
  readonly sid?: string;
}

/**
 * When a token holds, in seconds since 1970. That is for the database's clock to judge: gateways' own may differ, and a token that one
 * refuses would be taken by another.
 */
export interface Validity {
  readonly notBefore: number;
  readonly expiresAt: number;
}

/** Seconds by which the clocks of those who sign may be ahead. */
export const clockTolerance = 60;

/**
 * Signs an access token for a user.
 * @param ttl seconds until it expires
 * @param time seconds since 1970, by the clock of the database that will judge it; this machine's, where that is the same one
 */
export function issueAccessToken(
  keys: SigningKeys,
  claims: AccessClaims,
  ttl: number,
  time = Date.now() / 1000,
): { token: string; expiresAt: Date } {
  const now = Math.floor(time);
  const payload = { ...claims, iat: now, exp: now + ttl, jti: uuidv7(), iss: keys.issuer, aud: keys.audience };
  const token = jwt.sign(payload, keys.current.secret, { algorithm, keyid: keys.current.kid, header: { alg: algorithm, typ: type } });
  return { token, expiresAt: new Date((now + ttl) * 1000) };
}

/** Members that a header of ours has; any other (`crit`, `b64`, `jku`, `jwk`…) asks for a reading that we don't do. */
const knownHeaders = new Set(['alg', 'typ', 'kid']);
/** RFC 7515 §7.1: three parts in unpadded base64url. */
const compact = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$/;

/**
 * Reads an access token that this platform signed. Whether its time has come or is over is left to the caller.
 * @throws Unauthenticated whatever is wrong with it; the answer never says what
 */
export function verifyAccessToken(keys: SigningKeys, token: string): VerifiedClaims {
  const known = verified.get(keys)?.get(token);
  if (known) return known;
  try {
    return kept(keys, token, claimsOf(keys, token));
  } catch {
    throw new Unauthenticated();
  }
}

export interface VerifiedClaims extends AccessClaims, Validity {}

/**
 * Tokens whose signature held, since a caller sends the same one again and again and its signature never stops holding. That the token has
 * not expired, and that its owner and session may still call, is asked of the database each time.
 */
const verified = new WeakMap<SigningKeys, Map<string, VerifiedClaims>>();
const maxVerified = 2_000;

function kept(keys: SigningKeys, token: string, claims: VerifiedClaims): VerifiedClaims {
  const tokens = verified.get(keys) ?? new Map<string, VerifiedClaims>();
  verified.set(keys, tokens);
  // A Map lists its keys in the order in which they came: the oldest makes room.
  const [oldest] = tokens.keys();
  if (tokens.size >= maxVerified && oldest !== undefined) tokens.delete(oldest);
  tokens.set(token, claims);
  return claims;
}

function claimsOf(keys: SigningKeys, token: string): VerifiedClaims {
  const header = jwt.decode(token, { complete: true })?.header;
  if (!header || header.typ !== type || Object.keys(header).some((name) => !knownHeaders.has(name))) throw new Unauthenticated();
  const key = header.kid === undefined ? undefined : keys.byKid.get(header.kid);
  if (!key) throw new Unauthenticated();

  const payload = signedPayload(token, key, { issuer: keys.issuer, audience: keys.audience });
  if (typeof payload === 'string') throw new Unauthenticated();
  const { sub, sid, jti } = payload;
  if (typeof jti !== 'string') throw new Unauthenticated();
  if (typeof sub !== 'string' || !isUuid(sub)) throw new Unauthenticated();
  if (sid !== undefined && (typeof sid !== 'string' || !isUuid(sid))) throw new Unauthenticated();
  return { sub, sid, ...validityOf(payload, 0) };
}

/**
 * What a token says that this key signed with our algorithm, as a compact JWS in its one spelling. Whether its time has come or is over is
 * left to the caller, and so is what else its header says.
 * @param expected claims that it must have
 * @throws Error where it is anything else
 */
export function signedPayload(
  token: string,
  key: KeyObject,
  expected: { readonly issuer?: string; readonly audience?: string } = {},
): string | JwtPayload {
  if (!compact.test(token) || !isCanonical(token)) throw new Unauthenticated();
  return jwt.verify(token, key, { ...expected, algorithms: [algorithm], ignoreExpiration: true, ignoreNotBefore: true });
}

/** RFC 4648 §3.5: the last digit of a part may carry bits that say nothing. Only one spelling of a token is taken. */
export function isCanonical(token: string): boolean {
  return token.split('.').every((part) => Buffer.from(part, 'base64url').toString('base64url') === part);
}

/**
 * When a token holds by its `exp`, `iat` and `nbf`.
 * @param lateness seconds for which it is taken after its end
 * @throws Unauthenticated where the first two are missing, or one is no time
 */
export function validityOf({ exp, iat, nbf }: { exp?: unknown; iat?: unknown; nbf?: unknown }, lateness: number): Validity {
  if (!isTime(exp) || !isTime(iat) || !(nbf === undefined || isTime(nbf))) throw new Unauthenticated();
  return { expiresAt: exp + lateness, notBefore: Math.max(iat - clockTolerance, nbf === undefined ? 0 : nbf - lateness) };
}

/** What the database can compare with its clock. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
