/** A DSN as it is kept: encrypted under a version of the shard keys. */
export interface SealedDsn {
  readonly ciphertext: Buffer;
  readonly keyVersion: number;
}

/** How a shard is reached. */
export interface ShardAddress {
  /** Internal key. */
  readonly key: string;
  /** Public id: what the DSN is bound to. */
  readonly id: string;
  /** Null: the control plane's own database. */
  readonly sealedDsn: SealedDsn | null;
}
