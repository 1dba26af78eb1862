import type { KeyObject } from 'node:crypto';
import { leafHash, type SealedEntry } from './canonical.js';
import { beginning, chainHash, isSignedBy } from './checkpoint.js';
import { type SealedBatch, slices, uuidOf } from './checkpointFile.js';
import { merkleRoot } from './merkle.js';

/** Something that is not as it was sealed. */
export interface Finding {
  readonly kind: 'changed' | 'removed' | 'inserted' | 'reordered' | 'snapshot' | 'seal';
  /** The entry, where it is about one. */
  readonly entryId?: string;
  readonly batch?: number;
  readonly says: string;
}

/** Holds the seals of batches against each other and their signatures, in the order in which they are given. */
export function chainVerifier(keys: ReadonlyMap<string, KeyObject>): (batch: SealedBatch) => Finding[] {
  let before: Pick<SealedBatch, 'batch' | 'chain'> = { batch: 0, chain: beginning };
  return (batch) => {
    const { batch: number, entries, root, chain, keyId, ids, leaves } = batch;
    const findings: Finding[] = [];
    const found = (says: string) => findings.push({ kind: 'seal', batch: number, says });
    if (number !== before.batch + 1) found(`Batch ${before.batch + 1} is missing before batch ${number}.`);
    const key = keys.get(keyId);
    if (!key) found(`Batch ${number} is signed by the key ${keyId}, which is not known here.`);
    else if (!isSignedBy(batch, key)) found(`The signature of batch ${number} does not hold.`);
    if (!chainHash(before.chain, { number, entries, root }).equals(chain)) found(`Batch ${number} is not chained to the one before it.`);
    const hashes = slices(leaves, 32);
    if (hashes.length !== entries || ids.length !== 16 * entries || !merkleRoot(hashes).equals(root)) {
      found(`The leaves of batch ${number} do not have its root.`);
    }
    before = { batch: number, chain };
    return findings;
  };
}

/**
 * What differs between a batch's seal and the entries that are there in its place.
 * @param entries in their order
 * @param isDropped whether a missing entry was taken away by retention, which is proved elsewhere
 */
export function differences(batch: SealedBatch, entries: readonly SealedEntry[], isDropped: (id: string) => boolean): Finding[] {
  const sealed = new Map(
    slices(batch.ids, 16).map((id, place) => [uuidOf(id), { place, leaf: batch.leaves.subarray(place * 32, place * 32 + 32) }]),
  );
  const findings: Finding[] = [];
  const found = (kind: Finding['kind'], entryId: string, says: string) => findings.push({ kind, entryId, batch: batch.batch, says });
  let last = -1;
  const seen = new Set<string>();
  for (const entry of entries) {
    const at = sealed.get(entry.id);
    if (!at || seen.has(entry.id)) {
      found('inserted', entry.id, `Entry ${entry.id} stands in batch ${batch.batch} and was not sealed in it.`);
      continue;
    }
    seen.add(entry.id);
    if (!leafHash(entry).equals(at.leaf)) found('changed', entry.id, `Entry ${entry.id} was changed after it was sealed.`);
    if (at.place < last) found('reordered', entry.id, `Entry ${entry.id} stands behind entries that were sealed after it.`);
    last = Math.max(last, at.place);
  }
  for (const id of sealed.keys()) {
    if (!seen.has(id) && !isDropped(id)) found('removed', id, `Entry ${id} was sealed in batch ${batch.batch} and is not there.`);
  }
  return findings;
}
