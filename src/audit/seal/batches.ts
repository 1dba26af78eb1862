import { type Kysely, sql } from 'kysely';
import type { DB } from '../../db/types.generated.js';
import { exportColumns } from '../export/exportColumns.js';
import type { SealedEntry } from './canonical.js';
import type { Position, SealedBatch } from './checkpointFile.js';

export const firstPosition: Position = { xid: '0', id: '00000000-0000-0000-0000-000000000000' };

export type EntryAt = SealedEntry & { readonly _xid: string };

const fields = sql.join(exportColumns.map(({ name, value }) => sql`${value} as ${sql.ref(name)}`));

/** Entries behind a place, and up to another one where it is given, in the order of the seal. */
export async function entriesBehind(db: Kysely<DB>, from: Position, options: { to?: Position; limit: number }): Promise<EntryAt[]> {
  const upTo = options.to
    ? sql`(e.xid, e.id) <= (${options.to.xid}::xid8, ${options.to.id}::uuid)`
    : // Below the oldest transaction that runs nothing is added any more.
      sql`e.xid < pg_snapshot_xmin(pg_current_snapshot())`;
  const { rows } = await sql<EntryAt>`/* audit entries to seal */ select ${fields}, e.xid::text as "_xid" from platform_audit_log e
    where (e.xid, e.id) > (${from.xid}::xid8, ${from.id}::uuid) and ${upTo} order by e.xid, e.id limit ${options.limit}`.execute(db);
  return rows;
}

interface Row extends Omit<SealedBatch, 'batch' | 'end'> {
  readonly batch: string;
  readonly endXid: string;
  readonly endId: string;
}

const sealColumns = sql`number as batch, entries, root, chain, sealed_at as "sealedAt", key_id as "keyId", signature, ids, leaves,
  end_xid::text as "endXid", end_id as "endId"`;

function batchOf({ endXid, endId, batch, ...row }: Row): SealedBatch {
  return { ...row, batch: Number(batch), end: { xid: endXid, id: endId } };
}

/** The batches behind a number, in order. */
export async function batchesBehind(db: Kysely<DB>, number: number, limit: number): Promise<SealedBatch[]> {
  const { rows } = await sql<Row>`select ${sealColumns} from audit_batches where number > ${number} order by number limit ${limit}`.execute(
    db,
  );
  return rows.map(batchOf);
}

/** The batch that was sealed last; undefined where none was. */
export async function lastBatch(db: Kysely<DB>): Promise<SealedBatch | undefined> {
  const { rows } = await sql<Row>`select ${sealColumns} from audit_batches order by number desc limit 1`.execute(db);
  return rows.map(batchOf)[0];
}

/** The batch that an entry's place belongs to, if it is sealed. */
export async function batchAt(db: Kysely<DB>, entryId: string): Promise<SealedBatch | undefined> {
  const { rows } = await sql<Row>`/* batch of an audit entry */ select ${sealColumns} from audit_batches
    where (end_xid, end_id) >= (select e.xid, e.id from platform_audit_log e where e.id = ${entryId})
    order by end_xid, end_id limit 1`.execute(db);
  return rows.map(batchOf)[0];
}
