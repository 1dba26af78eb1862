import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { Unavailable } from '../errors.js';
import type { SealedDsn } from './shardAddress.js';

/** One secret that the addresses of shards are encrypted with. */
export interface ShardKey {
  /** A whole number from 1; a newer key has a higher one. */
  readonly version: number;
  /** 32 bytes. */
  readonly secret: Buffer;
}

/** The configuration lacks a key that the address of a shard was encrypted with, or has another one of its version. */
export class ShardKeyMissing extends Unavailable {
  constructor(version: number, options: ErrorOptions) {
    super(`The address of this shard cannot be read. The configuration lacks its key, of version ${version}.`, 60, options);
  }
}

/** The newest key encrypts; all decrypt, until everything is re-encrypted. */
export interface ShardKeys {
  readonly newest: number;
  readonly byVersion: ReadonlyMap<number, KeyObject>;
}

/** The keys of these versions: the highest one encrypts, all decrypt. */
export function shardKeys(keys: readonly [ShardKey, ...ShardKey[]]): ShardKeys {
  const byVersion = new Map(keys.map(({ version, secret }) => [version, createSecretKey(secret)]));
  return { newest: Math.max(...byVersion.keys()), byVersion };
}

const algorithm = 'aes-256-gcm';
/** NIST SP 800-38D: a nonce of 96 bits, made anew for every encryption, and a tag of 128. */
const [nonceLength, tagLength] = [12, 16];

/** What the ciphertext is bound to: another shard's, or one under another key's version, does not open. */
function boundTo(shardId: string, keyVersion: number): Buffer {
  return Buffer.from(`tenantry shard ${shardId} key ${keyVersion}`);
}

/** Encrypts the DSN of a shard under the newest key. @param shardId public id */
export function sealDsn({ newest, byVersion }: ShardKeys, shardId: string, dsn: string): SealedDsn {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv(algorithm, keyOf(byVersion, newest), nonce, { authTagLength: tagLength });
  cipher.setAAD(boundTo(shardId, newest));
  const text = Buffer.concat([cipher.update(dsn, 'utf8'), cipher.final()]);
  return { ciphertext: Buffer.concat([nonce, cipher.getAuthTag(), text]), keyVersion: newest };
}

/**
 * Decrypts the DSN of a shard. A secret: it is in no log line and no error.
 * @param shardId public id
 * @throws ShardKeyMissing where the key is not there, or the ciphertext is not this shard's
 */
export function openDsn({ byVersion }: ShardKeys, shardId: string, { ciphertext, keyVersion }: SealedDsn): string {
  try {
    const decipher = createDecipheriv(algorithm, keyOf(byVersion, keyVersion), ciphertext.subarray(0, nonceLength), {
      authTagLength: tagLength,
    });
    decipher.setAAD(boundTo(shardId, keyVersion));
    decipher.setAuthTag(ciphertext.subarray(nonceLength, nonceLength + tagLength));
    return Buffer.concat([decipher.update(ciphertext.subarray(nonceLength + tagLength)), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new ShardKeyMissing(keyVersion, { cause });
  }
}

function keyOf(byVersion: ReadonlyMap<number, KeyObject>, version: number): KeyObject {
  const key = byVersion.get(version);
  if (!key) throw new Error(`There is no shard key of version ${version}.`);
  return key;
}
