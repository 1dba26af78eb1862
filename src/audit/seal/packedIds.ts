const size = 16;

/** A set of ids in 16 bytes each and a table to find them by, where a set of texts takes a hundred, and ends at 16 million. */
export class PackedIds {
  /** The place of an id, counted from 1, at the slot of its hash or behind it; 0 where a slot is free. */
  private readonly slots: Int32Array;

  /** @param packed the bytes of one id after the other */
  constructor(private readonly packed: Buffer) {
    const count = Math.floor(packed.length / size);
    this.slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * count + 1)));
    for (let place = 0; place < count; place += 1) this.slots[this.slotOf(packed, place * size)] = place + 1;
  }

  /** @param id its bytes */
  has(id: Buffer): boolean {
    return this.slots[this.slotOf(id, 0)] !== 0;
  }

  /** Where the id that begins there is, or would be put. At least half of the slots are free, so there always is one. */
  private slotOf(from: Buffer, start: number): number {
    // The end of an id is random; its beginning is the time.
    let slot = from.readUInt32BE(start + size - 4) % this.slots.length;
    for (let place = this.slots[slot] ?? 0; place !== 0; place = this.slots[slot] ?? 0) {
      if (this.packed.compare(from, start, start + size, (place - 1) * size, place * size) === 0) break;
      slot = (slot + 1) % this.slots.length;
    }
    return slot;
  }
}
