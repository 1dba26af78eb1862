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

/** The address in a row of `shards`. */
export function addressOf(row: {
  readonly id: string;
  readonly public_id: string;
  readonly dsn_ciphertext: Buffer | null;
  readonly dsn_key_version: number | null;
}): ShardAddress {
  const { id: key, public_id: id, dsn_ciphertext: ciphertext, dsn_key_version: keyVersion } = row;
  return { key, id, sealedDsn: ciphertext && keyVersion ? { ciphertext, keyVersion } : null };
}
