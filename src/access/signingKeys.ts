import { createSecretKey, type KeyObject } from 'node:crypto';

/** One secret that access tokens are signed with. */
export interface SigningKey {
  readonly kid: string;
  readonly secret: Buffer;
}

/** The first key signs; all verify, so that a key can be replaced with an overlap. */
export interface SigningKeys {
  readonly current: SigningKey;
  /** As key objects: jsonwebtoken tries to read a Buffer as a public key at each call, which costs it half a millisecond. */
  readonly byKid: ReadonlyMap<string, KeyObject>;
  readonly issuer: string;
  readonly audience: string;
}

/** The keys that access tokens are signed with: the first signs, all verify. */
export function signingKeys(keys: readonly [SigningKey, ...SigningKey[]], issuer: string, audience: string): SigningKeys {
  return { current: keys[0], byKid: new Map(keys.map(({ kid, secret }) => [kid, createSecretKey(secret)])), issuer, audience };
}
