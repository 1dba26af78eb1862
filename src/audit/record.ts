import { type Insertable, type InsertObject, type RawBuilder, sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Actor } from '../access/actor.js';
import type { Origin } from '../context.js';
import type { AuditOutbox, AuditSnapshots, DB } from '../db/types.generated.js';
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
  const states = { entry_id: id, before: jsonOrNull(before), after: jsonOrNull(after) };
  const inserted = sql`insert into platform_audit_log ${row({
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
    // Binds the snapshots to their entry, wherever they are kept: the seal of the entry is the seal of both.
    snapshot_digest: before || after ? sql<Buffer>`audit_snapshot_digest(${states.before}::jsonb, ${states.after}::jsonb)` : null,
  } satisfies InsertObject<DB, 'platform_audit_log'>)}`;
  await statementOf(inserted, before || after ? states : undefined, entry.org?.key).execute(tx);
  return id;
}

/** The entry and its snapshots go in one statement: a change's transaction waits for each one that it makes. */
function statementOf(inserted: RawBuilder<unknown>, states: Insertable<AuditSnapshots> | undefined, orgKey: string | undefined) {
  if (!states) return sql`/* entry */ ${inserted}`;
  const kept =
    orgKey === undefined
      ? sql`audit_snapshots ${row(states)}`
      : sql`audit_outbox ${row({ ...states, org_id: orgKey } satisfies Insertable<AuditOutbox>)}`;
  return sql`/* entry */ with e as (${inserted}) insert into ${kept}`;
}

/** `(column, …) values (value, …)`. */
function row(values: object): RawBuilder<unknown> {
  return sql`(${sql.join(Object.keys(values).map((name) => sql.id(name)))}) values (${sql.join(Object.values(values))})`;
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

function jsonOrNull(state: unknown): string | null {
  return state === null ? null : JSON.stringify(state);
}
