import { type RawBuilder, sql } from 'kysely';

/** Whether an expression contains a text, which is taken as it is written: `%` and `_` stand for themselves. */
export function contains(expression: RawBuilder<unknown>, text: string): RawBuilder<boolean> {
  return sql<boolean>`${expression} like ${`%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`}`;
}
