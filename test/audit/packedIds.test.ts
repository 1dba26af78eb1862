import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PackedIds } from '../../src/audit/seal/packedIds.js';

/** Ids of which many end alike, so that they meet in the table. */
const id = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 40 })).map(([first, last]) => {
  const bytes = Buffer.alloc(16);
  bytes[0] = first;
  bytes[15] = last;
  return bytes;
});

it('has the ids that it is made of, and no others', () => {
  fc.assert(
    fc.property(fc.array(id), fc.array(id), (ids, asked) => {
      const packed = new PackedIds(Buffer.concat(ids));
      const known = new Set(ids.map((one) => one.toString('hex')));
      for (const one of [...ids, ...asked]) expect(packed.has(one)).toBe(known.has(one.toString('hex')));
    }),
    { numRuns: 1_000 },
  );
});

it('has a million of them', () => {
  const ids = randomBytes(16_000_000);
  const packed = new PackedIds(ids);
  for (let at = 0; at < ids.length; at += 16_000) expect(packed.has(ids.subarray(at, at + 16))).toBe(true);
  for (let i = 0; i < 1_000; i += 1) expect(packed.has(randomBytes(16))).toBe(false);
});
