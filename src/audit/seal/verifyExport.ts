import { createHash, type KeyObject } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lines } from '../../db/lines.js';
import { leafHash, type SealedEntry } from './canonical.js';
import { readCheckpoints, slices, uuidOf } from './checkpointFile.js';
import { Unusable } from './unusable.js';
import { chainVerifier, type Finding } from './verify.js';

export interface VerifiedExport {
  readonly entries: number;
  /** Entries that were made after the last checkpoint, or shortly before. */
  readonly unsealed: number;
  /** Whether the export claims to be all of the trail: only then can an entry be missing. */
  readonly isComplete: boolean;
}

/** Milliseconds before a checkpoint in which a transaction may have begun that ended after it. */
const slack = 600_000;

/**
 * Holds an NDJSON export against a file of checkpoints, with no database.
 * @throws Unusable where a file is not what it should be
 * @throws Error where it can't be read
 */
export async function verifyExport(
  exportFile: string,
  checkpointFile: string,
  keys: ReadonlyMap<string, KeyObject>,
  report: (finding: Finding) => void,
): Promise<VerifiedExport> {
  const { leaves, times, isComplete } = await readExport(exportFile, report);
  const verifyChain = chainVerifier(keys);
  let [number, sealedAt] = [0, ''];
  for await (const batch of readCheckpoints(checkpointFile)) {
    if (batch.batch <= number) continue;
    for (const finding of verifyChain(batch)) report(finding);
    for (const [place, bytes] of slices(batch.ids, 16).entries()) {
      const id = uuidOf(bytes);
      const leaf = leaves.get(id);
      if (leaf && !leaf.equals(batch.leaves.subarray(place * 32, place * 32 + 32))) {
        report({ kind: 'changed', entryId: id, batch: batch.batch, says: `Entry ${id} was changed after it was sealed.` });
      }
      if (!leaf && isComplete) {
        report({
          kind: 'removed',
          entryId: id,
          batch: batch.batch,
          says: `Entry ${id} was sealed in batch ${batch.batch} and is not in the export.`,
        });
      }
      times.delete(id);
    }
    [number, sealedAt] = [batch.batch, batch.sealedAt];
  }
  for (const [id, time] of times) {
    if (Date.parse(time) + slack >= Date.parse(sealedAt)) continue;
    report({ kind: 'inserted', entryId: id, says: `Entry ${id} says that it is older than the last checkpoint, and no batch has it.` });
  }
  return { entries: leaves.size, unsealed: times.size, isComplete };
}

async function readExport(file: string, report: (finding: Finding) => void) {
  const leaves = new Map<string, Buffer>();
  const times = new Map<string, string>();
  const hash = createHash('sha256');
  let manifest: { rows: number; sha256: string; filter: object; after: string | null } | undefined;
  let last = '';
  for await (const line of lines(createReadStream(file))) {
    const value = parsedLine(line, file) as SealedEntry & { manifest?: typeof manifest };
    if (value.manifest) {
      manifest = value.manifest;
      continue;
    }
    hash.update(`${line}\n`);
    const place = `${value.created_at} ${value.id}`;
    if (place < last) report({ kind: 'reordered', entryId: value.id, says: `Entry ${value.id} stands behind entries that come after it.` });
    last = place;
    leaves.set(value.id, leafHash(value));
    times.set(value.id, value.created_at);
  }
  if (!manifest) throw new Unusable(`${file} has no manifest at its end: the export broke off, or this is no NDJSON export.`);
  if (hash.digest('hex') !== manifest.sha256) report({ kind: 'seal', says: 'The export is not the one that its manifest tells of.' });
  const isComplete = Object.keys(manifest.filter).length === 0 && manifest.after === null;
  return { leaves, times, isComplete };
}

/** Each line is what the gateway wrote, or someone who tampered with it: then its hash tells. */
function parsedLine(line: string, file: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new Unusable(`${file} is no NDJSON export: it has a line that is no JSON.`, { cause: error });
  }
}
