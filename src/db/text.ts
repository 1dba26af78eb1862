import { type RawBuilder, sql } from 'kysely';
import { requireSearchable } from '../input.js';

/**
 * Whether a folded expression contains a text, whatever its case and accents; `%` and `_` stand for themselves.
 * @throws Invalid where a search is longer than REST takes
 */
export function contains(expression: RawBuilder<unknown>, text: string): RawBuilder<boolean> {
  requireSearchable(text);
  return sql<boolean>`${expression} like containing(${text})`;
}
