import { type RawBuilder, sql } from 'kysely';
import { requireSearchable } from '../input.js';

/**
 * Whether an expression in lower case contains a text, whatever its case; `%` and `_` stand for themselves. The control plane's functions
 * that fold accents are not on a shard.
 * @throws Invalid where a search is longer than REST takes
 */
export function containsText(expression: RawBuilder<unknown>, text: string): RawBuilder<boolean> {
  requireSearchable(text);
  return sql<boolean>`${expression} like ${`%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`}`;
}
