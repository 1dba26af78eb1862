import { sql } from 'kysely';
import type { Context } from '../../context.js';
import { NotFound, Unavailable } from '../../errors.js';
import { asDomainError } from '../../failure.js';
import { batched } from '../../graphql/batch.js';
import { inTenant } from '../../tenancy/tenant.js';
import type { Snapshot } from '../entry.js';

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
    const kept = await inControlPlane(ctx, entries);
    const delivered = await inTenants(
      ctx,
      entries.filter(({ id, org }) => org !== '' && !kept.has(id)),
    );
    return entries.map(({ id }) => kept.get(id) ?? delivered.get(id) ?? unknown);
  });
}

interface Wanted {
  readonly id: string;
  /** Public id of the org; empty where the entry concerns none. */
  readonly org: string;
}

function byEntry(rows: readonly SnapshotRow[]): Map<string, Snapshots> {
  return new Map(rows.map(({ entry_id: id, before, after }) => [id, { before, after }]));
}

async function inControlPlane(ctx: Context, entries: readonly Wanted[]): Promise<Map<string, Snapshots>> {
  const ids = entries.map(({ id }) => id);
  const { rows } = await sql<SnapshotRow>`/* audit snapshots */
    select s.entry_id, s.before, s.after from audit_snapshots s where s.entry_id = any (${ids}::uuid[])
    union all select o.entry_id, o.before, o.after from audit_outbox o where o.entry_id = any (${ids}::uuid[])`.execute(ctx.db);
  return byEntry(rows);
}

/** Asked after the outbox: what left it in between is in the org's schema by now. One statement an org. */
async function inTenants(ctx: Context, entries: readonly Wanted[]): Promise<Map<string, Snapshots>> {
  const orgs = [...new Set(entries.map(({ org }) => org))];
  if (orgs.length === 0) return new Map();
  const { rows } = await sql<{ key: string; id: string }>`/* orgs of audit snapshots */
    select o.id as key, o.public_id as id from orgs o where o.public_id = any (${orgs}::uuid[])`.execute(ctx.db);
  const found = await Promise.all(
    rows.map(({ key, id }) =>
      inTenantOf(
        ctx,
        key,
        entries.filter(({ org }) => org === id),
      ),
    ),
  );
  return byEntry(found.flat());
}

/** Nothing where the org's data can't be reached, or is gone: the entry itself is worth showing. */
async function inTenantOf(ctx: Context, orgKey: string, entries: readonly Wanted[]): Promise<SnapshotRow[]> {
  const ids = entries.map(({ id }) => id);
  try {
    const { rows } = await inTenant(ctx, orgKey, (tx) =>
      sql<SnapshotRow>`/* audit snapshots */ select a.entry_id, a.before, a.after from audit_log a
        where a.entry_id = any (${ids}::uuid[])`.execute(tx),
    );
    return rows;
  } catch (error) {
    const known = asDomainError(error);
    if (known instanceof Unavailable || known instanceof NotFound) return [];
    throw error;
  }
}
