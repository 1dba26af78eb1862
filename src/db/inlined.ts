import type { Kysely, RawBuilder } from 'kysely';
import pg from 'pg';
import type { DB } from './types.generated.js';

/**
 * A statement as one text, for the few that take no parameters: COPY. Values become literals by the driver's own quoting; the fragments
 * themselves hold no `$1`, for Kysely numbers all places anew.
 * @throws Error for a value of a kind that has no literal here
 */
export function inlined(db: Kysely<DB>, statement: RawBuilder<unknown>): string {
  const { sql: text, parameters } = statement.compile(db);
  return text.replace(/\$(\d+)/g, (_place, number: string) => literal(parameters[Number(number) - 1]));
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return pg.escapeLiteral(value);
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `array[${value.map(literal).join(', ')}]`;
  throw new Error(`A ${typeof value} can't be part of a COPY.`);
}

/** The query of a COPY whose rows are sent as they are written: each row is one text, and nothing in it is quoted. */
export function plainLines(query: string): string {
  // Two control characters that no JSON text and no line of ours contains.
  return `copy (${query}) to stdout (format csv, quote e'\\x01', delimiter e'\\x02')`;
}
