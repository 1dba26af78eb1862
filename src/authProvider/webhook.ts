/** Where events are sent, and with which secrets they are signed. */
export interface Webhook {
  readonly url: string;
  /** The first encrypts; each signs and decrypts, so that one can be replaced with an overlap. */
  readonly secrets: readonly [Buffer, ...Buffer[]];
}
