import { createHash } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { type Choices, choicesFrom } from '../../demo/random.js';
import type { SeedCounts } from './seedCounts.js';

/** One filling of one org. */
export interface Seeding {
  readonly jobId: string;
  readonly orgId: string;
  /** Milliseconds: what lies before it has happened. */
  readonly requestedAt: number;
  /** Milliseconds: when the org was made. Its demo data lies around that day, so that it is the same whenever it is made. */
  readonly orgSince: number;
  readonly counts: SeedCounts;
}

function digestOf(...parts: readonly (string | number)[]): Buffer {
  return createHash('sha256').update(parts.join('|')).digest();
}

/** Choices for one row: the same for the same org, stage and number, so that a second filling finds its rows there. */
export function choicesOf({ orgId }: Seeding, stage: string, i: number): Choices {
  return choicesFrom(digestOf(orgId, stage, i).readInt32LE());
}

/** A number of the org's own, from 0 to `end`, which is left out. */
export function ownNumber({ orgId }: Seeding, end: number): number {
  return digestOf(orgId).readUInt32LE() % end;
}

/**
 * The public id of a row, a UUIDv7 of the moment when the job was asked for. It is the same whenever the job makes the row: so a batch that
 * is done again after a crash counts the rows that it had made.
 */
export function idOf({ jobId, requestedAt }: Seeding, stage: string, i: number): string {
  const digest = digestOf(jobId, stage, i);
  return uuidv7({ msecs: requestedAt, random: digest.subarray(0, 16), seq: digest.readUInt32LE(16) });
}
