import { sql } from 'kysely';
import type { Context } from '../context.js';
import { batched } from '../graphql/batch.js';
import type { Snapshot } from './entry.js';

/** The states of an entry's object; null where there was none, or where nobody can tell now. */
export interface Snapshots {
  readonly before: Snapshot | null;
  readonly after: Snapshot | null;
}

interface SnapshotRow extends Snapshots {
  readonly entry_id: string;
}

const unknown: Snapshots = { before: null, after: null };

/**
 * The states before and after an entry: from the control plane, where the entry concerns no org or its states are still on their way, or else
 * from the org's own schema. Loaded together with those of other entries.
 * @param orgId of the entry
 */
export function snapshotsOf(ctx: Context, entryId: string, orgId: string | null): Promise<Snapshots> {
  return batched(ctx, ['auditEntry.snapshots'], `${entryId} ${orgId ?? ''}`, async (keys) => {
    const entries = keys.map((key): Wanted => {
      const [id = '', org = ''] = key.split(' ');
      return { id, org };
    });
    const found = await inControlPlane(ctx, entries);
    return entries.map(({ id }) => found.get(id) ?? unknown);
  });
}

interface Wanted {
  readonly id: string;
  /** Public id of the org; empty where the entry concerns none. */
  readonly org: string;
}

async function inControlPlane(ctx: Context, entries: readonly Wanted[]): Promise<Map<string, Snapshots>> {
  const ids = entries.map(({ id }) => id);
  const { rows } = await sql<SnapshotRow>`/* audit snapshots */
    select s.entry_id, s.before, s.after from audit_snapshots s where s.entry_id = any (${ids}::uuid[])
    union all select o.entry_id, o.before, o.after from audit_outbox o where o.entry_id = any (${ids}::uuid[])`.execute(ctx.db);
  return new Map(rows.map(({ entry_id: id, before, after }) => [id, { before, after }]));
}
