import type { Transaction } from 'kysely';
import type { DB } from '../db/types.generated.js';

export type AuditOutcome = 'success' | 'denied' | 'violation' | 'failed';

/** A state of an object by field name: what the entry keeps of it. */
export type Snapshot = Readonly<Record<string, unknown>>;

/** What a service says of one change to one object. Who, when and from where come from the request. */
export interface AuditEntryInput {
  /** `<resource>.<verb>`, such as `org.update`. */
  readonly action: string;
  readonly resource: {
    readonly type: string;
    /** Public id. */
    readonly id: string;
    /** How a person would name it: a slug, an email. */
    readonly displayId: string;
  };
  /** The org that the change belongs to, where it belongs to one. */
  readonly org?: { readonly key: string; readonly id: string; readonly name: string };
  readonly before?: Snapshot;
  readonly after?: Snapshot;
  readonly outcome?: AuditOutcome;
  /** The permission that was missing, for refusals and violations. */
  readonly permission?: string;
  /** How often it happened, where one entry tells of several: see `repeats.ts`. */
  readonly occurrences?: number;
}

export type Tx = Transaction<DB>;
