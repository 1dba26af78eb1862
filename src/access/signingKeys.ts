/** One secret that access tokens are signed with. */
export interface SigningKey {
  readonly kid: string;
  readonly secret: Buffer;
}

/** The first key signs; all verify, so that a key can be replaced with an overlap. */
export interface SigningKeys {
  readonly current: SigningKey;
  readonly byKid: ReadonlyMap<string, SigningKey>;
  readonly issuer: string;
  readonly audience: string;
}

export function signingKeys(keys: readonly [SigningKey, ...SigningKey[]], issuer: string, audience: string): SigningKeys {
  return { current: keys[0], byKid: new Map(keys.map((key) => [key.kid, key])), issuer, audience };
}
