import { type Kysely, sql } from 'kysely';
import type { DB } from '../../db/types.generated.js';
import type { Duty, DutyContext } from '../../worker/duty.js';
import { batchesBehind, type EntryAt, entriesBehind, firstPosition, lastBatch } from './batches.js';
import { leafHash } from './canonical.js';
import { beginning, chainHash, signed } from './checkpoint.js';
import { type SealedBatch, uuidBytes } from './checkpointFile.js';
import { merkleRoot } from './merkle.js';

/** Entries a batch, at most. */
export const batchSize = 4_096;
/** Milliseconds: how long an entry that is committed waits for its seal, about. */
const interval = 30_000;

/**
 * Seals what was committed since the last batch: each entry is in exactly one, in the order of their transactions. Then it takes the new
 * checkpoints out of the database, where a place for them is configured.
 */
export const auditSeal: Duty = {
  name: 'audit seal',
  every: interval,
  async run(ctx) {
    const hasMore = await sealNext(ctx);
    await publishNew(ctx);
    return hasMore;
  },
};

async function sealNext({ db, sealing }: DutyContext): Promise<boolean> {
  return db.transaction().execute(async (tx) => {
    if (!(await locked(tx, 'seal'))) return false;
    const last = await lastBatch(tx);
    await requireForward(tx, last);
    const entries = await entriesBehind(tx, last?.end ?? firstPosition, { limit: batchSize });
    const [end] = entries.slice(-1);
    if (!end) return false;
    await keep(tx, await sealed(tx, entries, end, last, sealing.keys()));
    return entries.length === batchSize;
  });
}

/** One sealer at a time. The lock ends with the transaction. */
async function locked(tx: Kysely<DB>, what: 'seal' | 'publish'): Promise<boolean> {
  const { rows } = await sql<{
    isOurs: boolean;
  }>`select pg_try_advisory_xact_lock(hashtextextended(${`audit ${what}`}, 0)) as "isOurs"`.execute(tx);
  return rows[0]?.isOurs ?? false;
}

/** A database that was restored elsewhere counts its transactions anew: what it writes would come before what is sealed. */
async function requireForward(tx: Kysely<DB>, last: SealedBatch | undefined): Promise<void> {
  if (!last) return;
  const { rows } = await sql<{
    isBehind: boolean;
  }>`select ${last.end.xid}::xid8 >= pg_snapshot_xmax(pg_current_snapshot()) as "isBehind"`.execute(tx);
  if (rows[0]?.isBehind) {
    throw new Error('The database counts its transactions from below the last seal: it was restored on another server. See the README.');
  }
}

async function sealed(
  tx: Kysely<DB>,
  entries: readonly EntryAt[],
  end: EntryAt,
  last: SealedBatch | undefined,
  { currentId: keyId, sign }: ReturnType<DutyContext['sealing']['keys']>,
): Promise<SealedBatch> {
  const { rows } = await sql<{ now: string }>`select now() as now`.execute(tx);
  const leaves = entries.map(leafHash);
  const root = merkleRoot(leaves);
  const batch = (last?.batch ?? 0) + 1;
  const chain = chainHash(last?.chain ?? beginning, { number: batch, entries: entries.length, root });
  const checkpoint = signed({ batch, entries: entries.length, root, chain, sealedAt: rows[0]?.now ?? '', keyId }, sign);
  return {
    ...checkpoint,
    ids: Buffer.concat(entries.map(({ id }) => uuidBytes(id))),
    leaves: Buffer.concat(leaves),
    end: { xid: end._xid, id: end.id },
  };
}

async function keep(
  tx: Kysely<DB>,
  { batch, end, entries, root, chain, ids, leaves, sealedAt, keyId, signature }: SealedBatch,
): Promise<void> {
  await sql`/* seal audit entries */ insert into audit_batches
      (number, entries, end_xid, end_id, root, chain, ids, leaves, sealed_at, key_id, signature)
    values (${batch}, ${entries}, ${end.xid}::xid8, ${end.id}, ${root}, ${chain}, ${ids}, ${leaves}, ${sealedAt}, ${keyId}, ${signature})`.execute(
    tx,
  );
}

/** In order, and each at least once: what was sent is marked afterwards. */
async function publishNew({ db, sealing, signal }: DutyContext): Promise<void> {
  if (!sealing.publishes) return;
  for (let isDone = false; !isDone && !signal.aborted; ) {
    isDone = await db.transaction().execute(async (tx) => {
      if (!(await locked(tx, 'publish'))) return true;
      const { rows } = await sql<{ number: string }>`select coalesce(max(number), 0)::text as number from audit_published`.execute(tx);
      const [next] = await batchesBehind(tx, Number(rows[0]?.number ?? 0), 1);
      if (!next) return true;
      await sealing.publish(next);
      await sql`insert into audit_published (number) values (${next.batch})`.execute(tx);
      return false;
    });
  }
}
