import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inclusionPath, merkleRoot, rootOfPath } from '../../src/audit/seal/merkle.js';

const leaf = (hex: string) =>
  createHash('sha256')
    .update(Buffer.from([0]))
    .update(Buffer.from(hex, 'hex'))
    .digest();

describe('a Merkle tree', () => {
  // The vectors of Certificate Transparency's own tests.
  const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const roots: Readonly<Record<number, string>> = {
    1: '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    2: 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    3: 'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    8: '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  };
  it.each(Object.entries(roots))('of %d leaves has the root of RFC 6962', (count, root) => {
    expect(merkleRoot(inputs.slice(0, Number(count)).map(leaf)).toString('hex')).toBe(root);
  });

  it('is reached from each leaf by its path, and from no other leaf or place', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), fc.nat(), (size, first, second) => {
        const leaves = Array.from({ length: size }, (_, i) => leaf(i.toString(16).padStart(4, '0')));
        const root = merkleRoot(leaves);
        const [index, other] = [first % size, second % size];
        const path = inclusionPath(leaves, index);
        expect(rootOfPath(leaves[index] ?? root, index, size, path)).toEqual(root);
        if (index !== other) {
          expect(rootOfPath(leaves[other] ?? root, index, size, path)).not.toEqual(root);
          expect(rootOfPath(leaves[index] ?? root, other, size, path)).not.toEqual(root);
        }
      }),
    );
  });
});
