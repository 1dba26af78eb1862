import { type RawBuilder, sql } from 'kysely';

/**
 * Whether an expression in lower case contains a text, whatever its case; `%` and `_` stand for themselves. The control plane's functions
 * that fold accents are not on a shard.
 */
export function containsText(expression: RawBuilder<unknown>, text: string): RawBuilder<boolean> {
  return sql<boolean>`${expression} like ${`%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`}`;
}
