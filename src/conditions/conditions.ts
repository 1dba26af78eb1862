/** Of an `Idempotency-Key`, in characters. */
export const maxKeyLength = 255;

/** Of an `If-Match`, in characters: some thirty versions and more. */
export const maxIfMatchLength = 255;

/**
 * What a request's headers ask of the change that it makes: that it is made once (`Idempotency-Key`), and that the object is at a version
 * that the caller has seen (`If-Match`, RFC 9110 §13.1.1).
 */
export interface Conditions {
  /** Of at most 255 characters. */
  readonly idempotencyKey: string | undefined;
  /**
   * What the request asks for, as an HMAC-SHA-256 under each of the signing keys, the current one first: another request may not use its
   * key. A plain hash would let whoever reads the table guess a password that the request held.
   */
  readonly fingerprints: () => readonly [Buffer, ...Buffer[]];
  /** The versions that the caller would change; undefined where they did not say. */
  readonly ifMatch: readonly number[] | undefined;
  /** What became of the conditions so far. */
  readonly progress: {
    /** Changes that were begun. */
    changes: number;
    /** Whether an outcome was given again instead of making the change. */
    wasRepeated: boolean;
    /** Whether `ifMatch` was compared with the object's version. */
    wasCompared: boolean;
  };
}

/** A context that may have conditions; what happens without a request has none. */
export interface Conditional {
  readonly conditions?: Conditions | null;
}
