import jwt from 'jsonwebtoken';
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

/** Signs an access token for a user. @param ttl seconds until it expires */
export function issueAccessToken(keys: SigningKeys, claims: AccessClaims, ttl: number): { token: string; expiresAt: Date } {
  const now = Math.floor(Date.now() / 1000);
  const payload = { ...claims, iat: now, exp: now + ttl, jti: uuidv7(), iss: keys.issuer, aud: keys.audience };
  const token = jwt.sign(payload, keys.current.secret, { algorithm, keyid: keys.current.kid, header: { alg: algorithm, typ: type } });
  return { token, expiresAt: new Date((now + ttl) * 1000) };
}

/** Members that a header of ours has; any other (`crit`, `b64`, `jku`, `jwk`…) asks for a reading that we don't do. */
const knownHeaders = new Set(['alg', 'typ', 'kid']);
/** RFC 7515 §7.1: three parts in unpadded base64url. */
const compact = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}$/;

/**
 * Reads an access token that this platform signed.
 * @throws Unauthenticated whatever is wrong with it; the answer never says what
 */
export function verifyAccessToken(keys: SigningKeys, token: string): AccessClaims {
  const known = verified.get(keys)?.get(token);
  if (known && known.exp > Date.now() / 1000) return known;
  try {
    return kept(keys, token, claimsOf(keys, token));
  } catch {
    throw new Unauthenticated();
  }
}

interface VerifiedClaims extends AccessClaims {
  /** Seconds since 1970. */
  readonly exp: number;
}

/**
 * Tokens whose signature held, since a caller sends the same one again and again and its signature never stops holding. That the token has
 * not expired is looked at each time, and that its owner and session may still call is asked of the database.
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
  if (!compact.test(token) || !hasCanonicalSignature(token)) throw new Unauthenticated();
  const header = jwt.decode(token, { complete: true })?.header;
  if (!header || header.typ !== type || Object.keys(header).some((name) => !knownHeaders.has(name))) throw new Unauthenticated();
  const key = header.kid === undefined ? undefined : keys.byKid.get(header.kid);
  if (!key) throw new Unauthenticated();

  const payload = jwt.verify(token, key, { algorithms: [algorithm], issuer: keys.issuer, audience: keys.audience });
  if (typeof payload === 'string') throw new Unauthenticated();
  const { sub, sid, exp, iat, jti } = payload;
  if (typeof exp !== 'number' || typeof iat !== 'number' || typeof jti !== 'string') throw new Unauthenticated();
  // A minute of tolerance for clocks that differ between gateways.
  if (iat > Date.now() / 1000 + 60) throw new Unauthenticated();
  if (typeof sub !== 'string' || !isUuid(sub)) throw new Unauthenticated();
  if (sid !== undefined && (typeof sid !== 'string' || !isUuid(sid))) throw new Unauthenticated();
  return { sub, sid, exp };
}

/** The last base64url digit of 32 bytes carries two unused bits: only one spelling of a signature is taken. */
function hasCanonicalSignature(token: string): boolean {
  const signature = token.slice(token.lastIndexOf('.') + 1);
  return Buffer.from(signature, 'base64url').toString('base64url') === signature;
}
