import type { KeyObject } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { DB } from '../../db/types.generated.js';
import { batchesBehind, entriesBehind, firstPosition } from './batches.js';
import { type SealedBatch, uuidBytes } from './checkpointFile.js';
import { PackedIds } from './packedIds.js';
import { chainVerifier, differences, type Finding } from './verify.js';

/** What was looked at. */
export interface Verified {
  readonly batches: number;
  readonly entries: number;
  /** Entries that no batch covers yet. */
  readonly unsealed: number;
  /** Entries that retention dropped, and that the seal still names. */
  readonly dropped: number;
}

/**
 * Holds the log against its seal. What someone with every right over the database could have made consistent again, seal and all, is told
 * by checkpoints that were kept outside of it.
 * @param kept checkpoints from outside, in order: they count, and the database's own only behind them
 * @param report is given each finding as it is made
 */
export async function verifyDatabase(
  db: Kysely<DB>,
  keys: ReadonlyMap<string, KeyObject>,
  kept: AsyncIterable<SealedBatch> | undefined,
  report: (finding: Finding) => void,
): Promise<Verified> {
  const verifyChain = chainVerifier(keys);
  const wasDropped = await droppedEntries(db, report);
  let [batches, entries, dropped, from] = [0, 0, 0, firstPosition];
  for await (const batch of allBatches(db, kept)) {
    for (const finding of verifyChain(batch)) report(finding);
    const there = await entriesBehind(db, from, { to: batch.end, limit: 10_000_000 });
    const isDropped = (id: string) => {
      if (!wasDropped(id)) return false;
      dropped += 1;
      return true;
    };
    for (const finding of differences(batch, there, isDropped)) report(finding);
    batches += 1;
    entries += there.length;
    from = batch.end;
  }
  await verifySnapshots(db, report);
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from platform_audit_log e
    where (e.xid, e.id) > (${from.xid}::xid8, ${from.id}::uuid)`.execute(db);
  return { batches, entries, dropped, unsealed: rows[0]?.count ?? 0 };
}

async function* allBatches(db: Kysely<DB>, kept: AsyncIterable<SealedBatch> | undefined): AsyncGenerator<SealedBatch> {
  let number = 0;
  for await (const batch of kept ?? []) {
    // A checkpoint may have been taken outside twice.
    if (batch.batch <= number) continue;
    yield batch;
    number = batch.batch;
  }
  for (;;) {
    const [next] = await batchesBehind(db, number, 1);
    if (!next) return;
    yield next;
    number = next.batch;
  }
}

/**
 * Whether an entry was dropped, as far as the drop itself is told of by an entry of the log, its own or a later drop's, which is sealed.
 */
async function droppedEntries(db: Kysely<DB>, report: (finding: Finding) => void): Promise<(id: string) => boolean> {
  const { rows: drops } = await sql<{ month: string; isTold: boolean }>`select to_char(d.month, 'YYYY-MM') as month, exists (
      select from platform_audit_log e join audit_snapshots s on s.entry_id = e.id
      where e.action = 'audit_log.drop' and encode(sha256(d.ids), 'hex')
        = case e.resource_id when to_char(d.month, 'YYYY-MM') then s.after->>'idsSha256' else s.after->'earlierDrops'->>to_char(d.month, 'YYYY-MM') end
    ) as "isTold" from audit_drops d order by d.month`.execute(db);
  const dropped: PackedIds[] = [];
  for (const { month, isTold } of drops) {
    if (isTold) dropped.push(new PackedIds(await idsDroppedOf(db, month)));
    else report({ kind: 'seal', says: `The record of what was dropped of ${month} is not the one that the trail tells of.` });
  }
  return (id) => {
    const bytes = uuidBytes(id);
    return dropped.some((ids) => ids.has(bytes));
  };
}

async function idsDroppedOf(db: Kysely<DB>, month: string): Promise<Buffer> {
  const { rows } = await sql<{ ids: Buffer }>`select ids from audit_drops where month = ${`${month}-01`}::date`.execute(db);
  return rows[0]?.ids ?? Buffer.alloc(0);
}

/** An entry without a digest was made before there were any: nothing is known of its snapshots. */
async function verifySnapshots(db: Kysely<DB>, report: (finding: Finding) => void): Promise<void> {
  const { rows } = await sql<{ id: string; isThere: boolean }>`/* audit snapshots against their entries */
    select e.id, s.entry_id is not null as "isThere" from platform_audit_log e
    left join (
      select entry_id, before, after from audit_snapshots union all select entry_id, before, after from audit_outbox
    ) s on s.entry_id = e.id
    where (s.entry_id is not null and e.snapshot_digest <> audit_snapshot_digest(s.before, s.after))
      or (s.entry_id is null and e.org_id is null and e.snapshot_digest is not null)
    order by e.created_at, e.id`.execute(db);
  for (const { id, isThere } of rows) {
    const says = isThere
      ? `The snapshots of entry ${id} are not those that were sealed with it.`
      : `The snapshots of entry ${id} are gone.`;
    report({ kind: 'snapshot', entryId: id, says });
  }
}
