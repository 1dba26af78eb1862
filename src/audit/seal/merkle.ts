import { createHash } from 'node:crypto';

const nodePrefix = Buffer.from([0x01]);

function nodeHash(left: Buffer, right: Buffer): Buffer {
  return createHash('sha256').update(nodePrefix).update(left).update(right).digest();
}

/** The largest power of two below `count`, which is at least 2. */
function split(count: number): number {
  return 2 ** (31 - Math.clz32(count - 1));
}

/** The root of a Merkle tree over leaf hashes, RFC 6962 §2.1. @param leaves at least one */
export function merkleRoot(leaves: readonly Buffer[]): Buffer {
  const [first] = leaves;
  if (!first) throw new Error('A tree has at least one leaf.');
  if (leaves.length === 1) return first;
  const k = split(leaves.length);
  return nodeHash(merkleRoot(leaves.slice(0, k)), merkleRoot(leaves.slice(k)));
}

/** The hashes that lead from a leaf to the root, RFC 6962 §2.1.1, from the leaf's neighbour up. */
export function inclusionPath(leaves: readonly Buffer[], index: number): Buffer[] {
  if (leaves.length <= 1) return [];
  const k = split(leaves.length);
  return index < k
    ? [...inclusionPath(leaves.slice(0, k), index), merkleRoot(leaves.slice(k))]
    : [...inclusionPath(leaves.slice(k), index - k), merkleRoot(leaves.slice(0, k))];
}

/** The root that a path leads to, RFC 9162 §2.1.3.2. @returns undefined where the path does not fit a tree of that size */
export function rootOfPath(leaf: Buffer, index: number, size: number, path: readonly Buffer[]): Buffer | undefined {
  if (index < 0 || index >= size) return undefined;
  let [node, last, root] = [index, size - 1, leaf];
  for (const sibling of path) {
    if (last === 0) return undefined;
    if (node % 2 === 1 || node === last) {
      root = nodeHash(sibling, root);
      while (node % 2 === 0 && node !== 0) [node, last] = [node >>> 1, last >>> 1];
    } else root = nodeHash(root, sibling);
    [node, last] = [node >>> 1, last >>> 1];
  }
  return last === 0 ? root : undefined;
}
