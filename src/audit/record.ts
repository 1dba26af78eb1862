import { type RawBuilder, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Actor } from '../access/actor.js';
import type { Origin } from '../context.js';
import type { AuditEntryInput, Tx } from './entry.js';
import { changedFields, redacted } from './snapshots/redaction.js';

/** Who an entry names, and from where they acted. No actor is the system itself. */
export interface Author {
  readonly actor: Pick<Actor, 'id' | 'displayName' | 'credential'> | null;
  readonly origin: Origin;
}

/**
 * Writes one entry of the trail in the transaction of the change it tells of, so that neither exists without the other.
 * The snapshots go to the outbox of the org that the entry belongs to, or stay in the control plane where it belongs to none.
 * @returns the entry's public id
 */
export function recordEntry(tx: Tx, author: Author, entry: AuditEntryInput): Promise<string> {
  return insertEntry(tx, authorColumns(author), entry);
}

/** As `recordEntry`, with the author as the log's own columns. */
export async function insertEntry(tx: Tx, author: AuthorColumns, entry: AuditEntryInput): Promise<string> {
  const id = uuidv7();
  const { type } = entry.resource;
  const before = redacted(type, entry.before);
  const after = redacted(type, entry.after);

  await tx
    .insertInto('platform_audit_log')
    .values({
      id,
      action: entry.action,
      outcome: entry.outcome ?? 'success',
      resource_type: type,
      resource_id: entry.resource.id,
      resource_display_id: entry.resource.displayId.slice(0, 300),
      changed_fields: changedFields(before, after),
      ...author,
      org_id: entry.org?.id ?? null,
      org_name: entry.org?.name ?? null,
      permission: entry.permission ?? null,
      occurrences: entry.occurrences ?? 1,
      snapshot_digest: before || after ? snapshotDigest(before, after) : null,
    })
    .execute();

  if (before || after) await keepSnapshots(tx, id, entry.org?.key, before, after);
  return id;
}

/** Who acted and from where, as the log's columns have it. */
export interface AuthorColumns {
  readonly actor_type: 'user' | 'system' | 'api_key';
  readonly actor_id: string;
  readonly actor_display_name: string;
  readonly impersonated_user_id?: string;
  readonly ip_address: string | null;
  readonly trace_id: string;
}

export function authorColumns({ actor, origin }: Author): AuthorColumns {
  const seen = { ip_address: origin.ipAddress, trace_id: origin.traceId };
  if (!actor) return { actor_type: 'system', actor_id: 'system', actor_display_name: 'System', ...seen };
  const { credential } = actor;
  if (credential.kind === 'impersonation') {
    // Both names: the admin who acts, and the user as whom they act.
    const { id, displayName } = credential.admin;
    return { actor_type: 'user', actor_id: id, actor_display_name: displayName, impersonated_user_id: actor.id, ...seen };
  }
  const named = { actor_display_name: actor.displayName, ...seen };
  return credential.kind === 'api_key'
    ? { actor_type: 'api_key', actor_id: actor.id, ...named }
    : { actor_type: 'user', actor_id: actor.id, ...named };
}

async function keepSnapshots(tx: Tx, entryId: string, orgKey: string | undefined, before: unknown, after: unknown): Promise<void> {
  const states = { entry_id: entryId, before: jsonOrNull(before), after: jsonOrNull(after) };
  if (orgKey === undefined) await tx.insertInto('audit_snapshots').values(states).execute();
  else
    await tx
      .insertInto('audit_outbox')
      .values({ ...states, org_id: orgKey })
      .execute();
}

/** Binds the snapshots to their entry, wherever they are kept: the seal of the entry is the seal of both. */
function snapshotDigest(before: unknown, after: unknown): RawBuilder<Buffer> {
  return sql<Buffer>`audit_snapshot_digest(${jsonOrNull(before)}::jsonb, ${jsonOrNull(after)}::jsonb)`;
}

function jsonOrNull(state: unknown): string | null {
  return state === null ? null : JSON.stringify(state);
}
