import { sql } from 'kysely';
import type { Context } from '../../context.js';
import { NotFound } from '../../errors.js';
import { exportColumns } from '../export/exportColumns.js';
import { publicBytes } from './auditKeys.js';
import { batchAt } from './batches.js';
import { canonicalText, leafHash, type SealedEntry } from './canonical.js';
import { signedText } from './checkpoint.js';
import { slices, uuidBytes } from './checkpointFile.js';
import { inclusionPath } from './merkle.js';
import type { AuditProof } from './proof.types.js';
import { publicForm } from './sealing.js';

const fields = sql.join(exportColumns.map(({ name, value }) => sql`${value} as ${sql.ref(name)}`));

/**
 * What proves that an entry is in the trail.
 * @returns no checkpoint while it is not sealed
 * @throws NotFound
 */
export async function findProof(ctx: Context, entryId: string): Promise<AuditProof> {
  const { rows } =
    await sql<SealedEntry>`/* audit entry to prove */ select ${fields} from platform_audit_log e where e.id = ${entryId}`.execute(ctx.db);
  const [entry] = rows;
  if (!entry) throw new NotFound('audit_entry', entryId);
  const batch = await batchAt(ctx.db, entryId);
  const sought = uuidBytes(entryId);
  const index = batch ? slices(batch.ids, 16).findIndex((id) => id.equals(sought)) : -1;
  const sealed = { entryId, text: canonicalText(entry), leaf: leafHash(entry).toString('base64') };
  if (!batch || index < 0) return { ...sealed, index: null, path: null, checkpoint: null };
  const key = ctx.sealing.keys().verify.get(batch.keyId);
  return {
    ...sealed,
    index,
    path: inclusionPath(slices(batch.leaves, 32), index).map((hash) => hash.toString('base64')),
    checkpoint: { ...publicForm(batch), signedText: signedText(batch), publicKey: key ? publicBytes(key) : null },
  };
}
