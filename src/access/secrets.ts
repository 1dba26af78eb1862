import { createHash, randomBytes } from 'node:crypto';

/** API keys start with it, so that leaked ones can be found by a scanner. */
export const apiKeyPrefix = 'tky_';
export const refreshTokenPrefix = 'trt_';
/** The contract's: an impersonation token starts with it. */
export const impersonationPrefix = 'imp_';

/** A new opaque token of 256 random bits behind its prefix. */
export function newSecret(prefix: string): string {
  return `${prefix}${randomBytes(32).toString('base64url')}`;
}

/** What is stored of an opaque token. SHA-256 suffices: 256 random bits cannot be guessed, so slowness would buy nothing. */
export function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
