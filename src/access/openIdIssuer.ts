import { KeyObject } from 'node:crypto';
import { type CryptoKey, createRemoteJWKSet, decodeJwt, errors, type JWTPayload, jwtVerify, type LocalJWKSet } from 'jose';
import { Unauthenticated, Unavailable } from '../errors.js';
import { isCanonical, type Validity, validityOf } from './accessTokens.js';

/** Algorithms with a key pair alone: with a shared secret, whoever knows the provider's public key could sign. */
export const openIdAlgorithms = ['RS256', 'PS256', 'ES256', 'EdDSA'];
/** RFC 9068 §2.1, and the plain type that many providers give their access tokens. An ID token is told by its audience. */
const types: ReadonlySet<string> = new Set(['at+jwt', 'application/at+jwt', 'jwt']);
/** A header may hold anything, whatever its type says; one that names no type is taken. */
function isAccessTokenType(type: unknown): boolean {
  return type === undefined || (typeof type === 'string' && types.has(type.toLowerCase()));
}
/** Milliseconds to wait for the provider. */
const timeout = 3_000;
/** Seconds by which the provider's clock and ours may differ. */
const clockTolerance = 5;

/** Whom a provider says that a token speaks for. */
export interface OpenIdClaims extends Validity {
  readonly issuer: string;
  /** Tells the person among all of the issuer's. */
  readonly subject: string;
}

/** An OpenID Connect provider whose access tokens are taken. */
export interface OpenIdIssuer {
  readonly issuer: string;
  /**
   * Reads an access token that the provider signed for this audience. Whether its time has come or is over is left to the caller.
   * @throws Unauthenticated whatever is wrong with it
   * @throws Unavailable where the provider's keys can't be read now
   */
  verify(token: string): Promise<OpenIdClaims>;
}

/** The issuer that a token names, which is to be believed only once it is verified; undefined where it is no JWT. */
export function issuerNamedIn(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

/**
 * Takes the access tokens of a provider: its keys are found by discovery (OpenID Connect Discovery §4) at the first token, kept, and read
 * again when a token names a key that is new.
 */
export function openIdIssuer(issuer: string, audience: string): OpenIdIssuer {
  let keys: Promise<KeySet> | undefined;
  async function knownKeys(): Promise<KeySet> {
    keys ??= discover(issuer);
    try {
      return await keys;
    } catch (error) {
      keys = undefined;
      throw error;
    }
  }
  return {
    issuer,
    async verify(token) {
      try {
        if (!isCanonical(token)) throw new Unauthenticated();
        const { payload, protectedHeader } = await jwtVerify(token, await knownKeys(), {
          issuer,
          audience,
          algorithms: openIdAlgorithms,
          currentDate: whileItHolds(token),
          requiredClaims: ['sub', 'exp', 'iat'],
        });
        if (!isAccessTokenType(protectedHeader.typ)) throw new Unauthenticated();
        return claimsOf(issuer, payload);
      } catch (error) {
        throw refusalOf(error);
      }
    },
  };
}

async function discover(issuer: string): Promise<KeySet> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(timeout) });
  if (!response.ok) throw new Error(`The OpenID Connect provider answered ${response.status} for its configuration.`);
  const found: unknown = await response.json();
  const { issuer: named, jwks_uri: jwks } = Object(found);
  // Discovery §4.3: whoever answers there must be the issuer itself.
  if (named !== issuer || typeof jwks !== 'string') throw new Error('The OpenID Connect provider describes another issuer, or no keys.');
  return soundKeys(createRemoteJWKSet(new URL(jwks), { timeoutDuration: timeout, cooldownDuration: 10_000, cacheMaxAge: 600_000 }));
}

/** Finds the key that a token names in its header. */
type KeySet = (...asked: Parameters<LocalJWKSet>) => Promise<CryptoKey>;

/** A key set without RSA keys whose public exponent is below 3 (RFC 8017 §3.1): where it is 1, everyone can sign. */
export function soundKeys(find: KeySet): KeySet {
  return async (...asked) => {
    const key = await find(...asked);
    const { publicExponent } = KeyObject.from(key).asymmetricKeyDetails ?? {};
    if (publicExponent !== undefined && publicExponent < 3n) throw new errors.JWKSInvalid('The public exponent is below 3.');
    return key;
  };
}

/** A moment of the time that a token says it holds for, since jose can't be told to leave its time alone. */
function whileItHolds(token: string): Date {
  const { exp, nbf } = decodeJwt(token);
  return new Date(1_000 * Number(nbf ?? Number(exp) - 1));
}

function claimsOf(issuer: string, payload: JWTPayload): OpenIdClaims {
  const { sub } = payload;
  if (!sub || sub.length > 255) throw new Unauthenticated();
  return { issuer, subject: sub, ...validityOf(payload, clockTolerance) };
}

/** What is wrong with the token, or with the provider: a caller with a good token is told to try again. */
function refusalOf(error: unknown): Error {
  if (error instanceof Unauthenticated) return error;
  if (error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout) && error.code !== 'ERR_JOSE_GENERIC')
    return new Unauthenticated();
  return new Unavailable('The sign-in provider cannot be reached. Try again shortly.', 1, { cause: error });
}
