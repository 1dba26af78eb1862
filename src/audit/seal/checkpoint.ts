import { createHash, type KeyObject, sign, verify } from 'node:crypto';

/** The seal of one batch of entries, and by its chain of all batches before it. */
export interface Checkpoint {
  /** Counted from 1, without a gap. */
  readonly batch: number;
  /** Entries in the batch. */
  readonly entries: number;
  /** Root of the batch's Merkle tree. */
  readonly root: Buffer;
  /** Hash over this batch and the chain before it. */
  readonly chain: Buffer;
  /** RFC 3339 in UTC, with microseconds. */
  readonly sealedAt: string;
  readonly keyId: string;
  /** Ed25519 over `signedText`. */
  readonly signature: Buffer;
}

export type Unsigned = Omit<Checkpoint, 'signature'>;

/** What the first batch is chained to. */
export const beginning = Buffer.alloc(32);

const chainPrefix = Buffer.from([0x02]);

/** The chain: SHA-256 of 0x02, the chain before, the root, and the batch's number and size as 64-bit big-endian numbers. */
export function chainHash(before: Buffer, batch: { number: number; entries: number; root: Buffer }): Buffer {
  const numbers = Buffer.alloc(16);
  numbers.writeBigUInt64BE(BigInt(batch.number), 0);
  numbers.writeBigUInt64BE(BigInt(batch.entries), 8);
  return createHash('sha256').update(chainPrefix).update(before).update(batch.root).update(numbers).digest();
}

/** What is signed: seven lines of text, each with its end. */
export function signedText({ batch, entries, root, chain, sealedAt, keyId }: Unsigned): string {
  const parts = ['tenantry-audit-checkpoint-1', batch, entries, root.toString('base64'), chain.toString('base64'), sealedAt, keyId];
  return `${parts.join('\n')}\n`;
}

/** The checkpoint with its signature. */
export function signed(unsigned: Unsigned, key: KeyObject): Checkpoint {
  return { ...unsigned, signature: sign(null, Buffer.from(signedText(unsigned)), key) };
}

/** Whether the signature is this key’s, over this very checkpoint. */
export function isSignedBy(checkpoint: Checkpoint, key: KeyObject): boolean {
  return verify(null, Buffer.from(signedText(checkpoint)), key, checkpoint.signature);
}
