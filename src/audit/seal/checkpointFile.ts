import { createReadStream } from 'node:fs';
import { lines } from '../../db/lines.js';
import type { Checkpoint } from './checkpoint.js';
import { Unusable } from './unusable.js';

/** A checkpoint with what its root is made of: so that an entry that is missing, or was changed, can be named. */
export interface SealedBatch extends Checkpoint {
  /** Entry ids, 16 bytes each, in the order of the leaves. */
  readonly ids: Buffer;
  /** Leaf hashes, 32 bytes each. */
  readonly leaves: Buffer;
  /** The place of its last entry. */
  readonly end: Position;
}

/** A place in the log: entries are sealed in the order of their transactions, and within one by id. */
export interface Position {
  readonly xid: string;
  readonly id: string;
}

/** A line of a checkpoint file: JSON, with hashes in base64. */
export function checkpointLine(batch: SealedBatch): string {
  const { root, chain, signature, ids, leaves, end, ...rest } = batch;
  const hashes = Object.entries({ root, chain, signature, ids, leaves }).map(([name, bytes]) => [name, bytes.toString('base64')]);
  return `${JSON.stringify({ ...rest, endXid: end.xid, endId: end.id, ...Object.fromEntries(hashes) })}\n`;
}

/** The batches of a checkpoint file, in its order. @throws Unusable naming the line that is none */
export async function* readCheckpoints(file: string): AsyncGenerator<SealedBatch> {
  let number = 0;
  for await (const line of lines(createReadStream(file))) {
    number += 1;
    yield parsed(line, `${file}, line ${number}`);
  }
}

function parsed(line: string, at: string): SealedBatch {
  try {
    const value: Record<string, unknown> = JSON.parse(line);
    const bytes = (name: string) => Buffer.from(text(value[name]), 'base64');
    return {
      batch: number(value.batch),
      entries: number(value.entries),
      root: bytes('root'),
      chain: bytes('chain'),
      sealedAt: text(value.sealedAt),
      keyId: text(value.keyId),
      signature: bytes('signature'),
      ids: bytes('ids'),
      leaves: bytes('leaves'),
      end: { xid: text(value.endXid), id: text(value.endId) },
    };
  } catch (error) {
    throw new Unusable(`${at}: this is no checkpoint.`, { cause: error });
  }
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error('No text.');
  return value;
}

function number(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw new Error('No number.');
  return value;
}

/** A packed list taken apart. */
export function slices(packed: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.floor(packed.length / size) }, (_, i) => packed.subarray(i * size, (i + 1) * size));
}

/** The UUID of 16 bytes, in its usual writing. */
export function uuidOf(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The 16 bytes of a UUID. */
export function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}
