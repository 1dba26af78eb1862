import { accepted, type Checked, refusedAs } from './fault.js';

const words: ReadonlyMap<string, boolean> = new Map([
  ...['1', 'on', 't', 'true', 'y', 'yes'].map((word) => [word, true] as const),
  ...['0', 'off', 'f', 'false', 'n', 'no'].map((word) => [word, false] as const),
]);

/** A boolean, 0, 1, or one of the words that pydantic takes for one. */
export function checkBoolean(value: unknown): Checked {
  if (typeof value === 'boolean') return accepted(value);
  if (typeof value !== 'string' && typeof value !== 'number') return refusedAs('bool_type', 'Input should be a valid boolean');
  const meant = words.get(String(value).toLowerCase());
  if (meant === undefined) return refusedAs('bool_parsing', 'Input should be a valid boolean, unable to interpret input');
  return accepted(meant);
}
