import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { SigningKey } from '../../access/signingKeys.js';

/** What checkpoints are signed and verified with. */
export interface AuditKeys {
  readonly currentId: string;
  readonly sign: KeyObject;
  /** Public keys by id: those that signed earlier stay. */
  readonly verify: ReadonlyMap<string, KeyObject>;
}

/** The fixed part of an Ed25519 key in PKCS #8, RFC 8410 §7. */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex');
/** The same of a public one, RFC 8410 §4. */
const spki = Buffer.from('302a300506032b6570032100', 'hex');

/** @param keys the first signs, all verify; the secret's first 32 bytes are the Ed25519 seed */
export function auditKeys(keys: readonly [SigningKey, ...SigningKey[]]): AuditKeys {
  const pairs = keys.map(({ kid, secret }) => ({ kid, key: privateKey(secret) }));
  return {
    currentId: keys[0].kid,
    sign: privateKey(keys[0].secret),
    verify: new Map(pairs.map(({ kid, key }) => [kid, createPublicKey(key)])),
  };
}

function privateKey(secret: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([pkcs8, secret.subarray(0, 32)]), format: 'der', type: 'pkcs8' });
}

/** The 32 bytes of a public key, in base64url: what a verifier is given. */
export function publicBytes(key: KeyObject): string {
  return key.export({ format: 'der', type: 'spki' }).subarray(spki.length).toString('base64url');
}

/** @throws Error where the text is no Ed25519 public key */
export function publicKeyOf(text: string): KeyObject {
  return createPublicKey({ key: Buffer.concat([spki, Buffer.from(text, 'base64url')]), format: 'der', type: 'spki' });
}
