import { createHmac } from 'node:crypto';

/** A member that is undefined is left out. */
export interface TokenParts {
  readonly header?: Readonly<Record<string, unknown>>;
  /** An object's members replace those of a good token; anything else is the payload. */
  readonly payload?: Readonly<Record<string, unknown>> | string | readonly unknown[];
  readonly secret?: Buffer;
  /** HMAC-SHA-256 where none is named. */
  readonly hash?: 'sha256' | 'sha384' | 'sha512';
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/**
 * An access token made by hand (RFC 7515 §3.1), so that it can be wrong in ways that a library would not let one be. Where
 * nothing is said otherwise it is a good one for the user.
 */
export function forgedToken(good: { kid: string; secret: Buffer }, sub: string, parts: TokenParts = {}): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub, iat: now, exp: now + 900, jti: crypto.randomUUID(), iss: 'tenantry', aud: 'tenantry' };
  const { header, payload = {}, secret = good.secret, hash = 'sha256' } = parts;
  const isObject = typeof payload === 'object' && !Array.isArray(payload);
  const signed = `${encoded({ alg: 'HS256', typ: 'at+jwt', kid: good.kid, ...header })}.${encoded(isObject ? { ...claims, ...payload } : payload)}`;
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
}

/** Another spelling of the same signature: the last digit of 32 bytes in base64url carries two bits that say nothing. */
export function respelled(token: string): string {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return token.slice(0, -1) + digits.charAt(digits.indexOf(token.slice(-1)) + 1);
}
