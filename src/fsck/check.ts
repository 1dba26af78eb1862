import type { Kysely } from 'kysely';
import type { Tx } from '../audit/entry.js';
import type { Platform } from '../context.js';
import type { DB } from '../db/types.generated.js';

/** What a check looks at: the control plane, the shards, and the trail's seal. */
export type Checked = Pick<Platform, 'db' | 'shardPools' | 'sealing'>;

/** Something that holds of a running system at any moment. */
export interface Check {
  /** What holds, as a claim. */
  readonly name: string;
  /** Each thing of which it does not hold, named for an operator, and never by a secret. It writes nothing. */
  find(checked: Checked): Promise<string[]>;
}

/** Reads the control plane as it was at one moment, so that several statements agree while others write. */
export function atOneMoment<T>(db: Kysely<DB>, read: (tx: Tx) => Promise<T>): Promise<T> {
  return db.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(read);
}
