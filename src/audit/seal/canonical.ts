import { createHash } from 'node:crypto';

/**
 * An entry as the seal sees it: as exports write it, in JSON, field by field. What is sealed once is compared letter for letter for ever,
 * so this is never changed; another form gets another version.
 */
export interface SealedEntry {
  readonly id: string;
  /** RFC 3339 in UTC with six digits of a second. */
  readonly created_at: string;
  readonly action: string;
  readonly outcome: string;
  readonly actor_type: string;
  readonly actor_id: string;
  readonly actor_display_name: string | null;
  readonly impersonated_user_id: string | null;
  readonly resource_type: string;
  readonly resource_id: string;
  readonly resource_display_id: string;
  readonly changed_fields: readonly string[];
  readonly org_id: string | null;
  readonly org_name: string | null;
  readonly permission: string | null;
  readonly ip_address: string | null;
  readonly trace_id: string | null;
  readonly occurrences: number;
  /** Hexadecimal. */
  readonly snapshot_digest: string | null;
}

const version = 'tenantry-audit-entry-1';

/** The text of an entry: a JSON array of the version and the fields in this order, with no white space (ECMA-262, `JSON.stringify`). */
export function canonicalText(entry: SealedEntry): string {
  return JSON.stringify([
    version,
    entry.id,
    entry.created_at,
    entry.action,
    entry.outcome,
    entry.actor_type,
    entry.actor_id,
    entry.actor_display_name,
    entry.impersonated_user_id,
    entry.resource_type,
    entry.resource_id,
    entry.resource_display_id,
    entry.changed_fields,
    entry.org_id,
    entry.org_name,
    entry.permission,
    entry.ip_address,
    entry.trace_id,
    entry.occurrences,
    entry.snapshot_digest,
  ]);
}

const leafPrefix = Buffer.from([0x00]);

/** The leaf's hash, RFC 6962 §2.1: SHA-256 of 0x00 and the entry's text in UTF-8. */
export function leafHash(entry: SealedEntry): Buffer {
  return createHash('sha256').update(leafPrefix).update(canonicalText(entry), 'utf8').digest();
}
