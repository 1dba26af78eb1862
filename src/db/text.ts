import { type RawBuilder, sql } from 'kysely';

/** Whether a folded expression contains a text, whatever its case and accents; `%` and `_` stand for themselves. */
export function contains(expression: RawBuilder<unknown>, text: string): RawBuilder<boolean> {
  return sql<boolean>`${expression} like containing(${text})`;
}
