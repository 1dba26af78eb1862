import { type Kysely, sql } from 'kysely';
import { Invalid } from '../errors.js';
import type { DB } from './types.generated.js';

/**
 * Refuses a time that has passed, by the database's clock, which is the one that will end what is to end then. None is fine.
 * @throws Invalid naming `path`
 */
export async function requireFuture(db: Kysely<DB>, path: readonly string[], time: string | null | undefined): Promise<void> {
  if (!time) return;
  const { rows } = await sql`/* is it to come */ select where ${time}::timestamptz > now()`.execute(db);
  if (rows.length === 0) throw Invalid.field(path, 'This is in the past.', 'value_error');
}
