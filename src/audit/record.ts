import { CompiledQuery, type InsertObject } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Actor } from '../access/actor.js';
import type { Origin } from '../context.js';
import type { DB } from '../db/types.generated.js';
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
  const values = {
    id,
    action: entry.action,
    outcome: entry.outcome ?? 'success',
    resource_type: type,
    resource_id: entry.resource.id,
    resource_display_id: entry.resource.displayId.slice(0, 300),
    changed_fields: changedFields(before, after),
    ...author,
    impersonated_user_id: author.impersonated_user_id ?? null,
    org_id: entry.org?.id ?? null,
    org_name: entry.org?.name ?? null,
    permission: entry.permission ?? null,
    occurrences: entry.occurrences ?? 1,
  } satisfies Record<(typeof columns)[number], unknown> & InsertObject<DB, 'platform_audit_log'>;
  const parameters = columns.map((name): unknown => values[name]);
  if (before || after) parameters.push(jsonOrNull(before), jsonOrNull(after));
  const orgKey = before || after ? entry.org?.key : undefined;
  if (orgKey !== undefined) parameters.push(orgKey);
  const text = !before && !after ? alone : orgKey === undefined ? withSnapshots : withOutbox;
  await tx.executeQuery(CompiledQuery.raw(text, parameters));
  return id;
}

const columns = [
  'id',
  'action',
  'outcome',
  'resource_type',
  'resource_id',
  'resource_display_id',
  'changed_fields',
  'actor_type',
  'actor_id',
  'actor_display_name',
  'impersonated_user_id',
  'ip_address',
  'trace_id',
  'org_id',
  'org_name',
  'permission',
  'occurrences',
] as const;

// Texts, and not built anew for each change. The entry and its snapshots go in one statement: a change's transaction waits for each that it
// makes. The digest binds the snapshots to their entry, wherever they are kept: the seal of the entry is the seal of both.
const names = columns.join(', ');
const places = columns.map((_, i) => `$${i + 1}`);
const further = (n: number) => `$${columns.length + n}`;
const states = `${further(1)}::jsonb, ${further(2)}::jsonb`;
const alone = `/* entry */ insert into platform_audit_log (${names}) values (${places})`;
const bound = `/* entry */ with e as (
    insert into platform_audit_log (${names}, snapshot_digest) values (${places}, audit_snapshot_digest(${states}))
  )`;
const withSnapshots = `${bound} insert into audit_snapshots (entry_id, before, after) values ($1, ${states})`;
const withOutbox = `${bound} insert into audit_outbox (entry_id, before, after, org_id) values ($1, ${states}, ${further(3)})`;

/** Who acted and from where, as the log's columns have it. */
export interface AuthorColumns {
  readonly actor_type: 'user' | 'system' | 'api_key';
  readonly actor_id: string;
  readonly actor_display_name: string;
  readonly impersonated_user_id?: string;
  readonly ip_address: string | null;
  readonly trace_id: string;
}

/** Who acted, and from where, as an entry tells it: the system where there is no actor. */
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
