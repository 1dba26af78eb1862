import { validate as isUuid } from 'uuid';
import { Invalid } from '../errors.js';

/** What a cursor of a list is made of. */
export interface CursorOrder {
  /** Names the order within the list's cursors, such as `NAME_ASC`. */
  readonly name: string;
  /** The SQL type of the value that is ordered by, to which a cursor's text is cast. */
  readonly type: 'text' | 'timestamptz' | 'integer' | 'xid8';
}

/** Where a page ended: the last row's value in the list's order, as text, and its public id, which breaks ties. */
export interface Position {
  readonly value: string;
  readonly id: string;
}

/** An opaque cursor. It names its order, so that it is refused in a list that is ordered otherwise. */
export function encodeCursor(order: CursorOrder, position: Position): string {
  return Buffer.from(JSON.stringify([order.name, position.value, position.id])).toString('base64url');
}

/** A time as the database writes it, of a day that the calendar has. JavaScript takes 30 February for 2 March. */
function isTimestamp(value: string): boolean {
  if (value === 'infinity' || value === '-infinity') return true;
  const [, day, time] = /^((?!0000)\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d{1,6})?\+00$/.exec(value) ?? [];
  if (day === undefined || time === undefined) return false;
  const instant = new Date(`${day}T${time}Z`);
  return !Number.isNaN(instant.getTime()) && instant.toISOString() === `${day}T${time}.000Z`;
}

/** What the database would refuse to cast must not reach it: a cursor comes from outside, whatever it was made as. */
const isValue: Readonly<Record<CursorOrder['type'], (value: string) => boolean>> = {
  text: (value) => value.length <= 1_000 && !value.includes('\0'),
  timestamptz: isTimestamp,
  integer: (value) => /^-?\d{1,9}$/.test(value),
  xid8: (value) => /^\d{1,18}$/.test(value),
};

/** @throws Invalid naming `after` where the cursor is not one of this list's */
export function decodeCursor(order: CursorOrder, cursor: string): Position {
  const parsed = parse(cursor);
  if (!Array.isArray(parsed) || parsed.length !== 3) throw foreign();
  const [name, value, id]: unknown[] = parsed;
  if (name !== order.name || typeof value !== 'string' || typeof id !== 'string') throw foreign();
  if (!isUuid(id) || !isValue[order.type](value)) throw foreign();
  return { value, id };
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function foreign(): Invalid {
  return Invalid.field(['after'], 'This is no cursor of this list in this order.', 'invalid_cursor');
}
