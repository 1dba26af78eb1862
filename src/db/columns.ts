import { type RawBuilder, sql } from 'kysely';

/** `hqAddressLine1` as the column `hq_address_line1`. */
export function columnNameOf(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** `column = value, …` for an UPDATE. The names are those of an input type's fields, never a caller's text. */
export function assignments(changes: Readonly<Record<string, unknown>>): RawBuilder<unknown>[] {
  return Object.entries(changes).map(([field, value]) => sql`${sql.id(columnNameOf(field))} = ${value}`);
}
