import type { Bounds } from '../annotations.js';
import { accepted, type Checked, characters, refusedAs, refusedValue } from './fault.js';

/** A text that the database can hold, within its bounds. Lengths count code points, as PostgreSQL and Python do. */
export function checkText(value: unknown, { minLength, maxLength, pattern }: Bounds): Checked {
  if (typeof value !== 'string') return refusedAs('string_type', 'Input should be a valid string');
  const unstorable = unstorableText(value);
  if (unstorable) return unstorable;
  const length = minLength === undefined && maxLength === undefined ? 0 : codePoints(value);
  if (minLength !== undefined && length < minLength) {
    return refusedAs('string_too_short', `String should have at least ${characters(minLength)}`, { min_length: minLength });
  }
  if (maxLength !== undefined && length > maxLength) {
    return refusedAs('string_too_long', `String should have at most ${characters(maxLength)}`, { max_length: maxLength });
  }
  if (pattern !== undefined && !compiled(pattern).test(value)) {
    return refusedAs('string_pattern_mismatch', `String should match pattern '${pattern}'`, { pattern });
  }
  return accepted(value);
}

/** NUL is an error of PostgreSQL in any text, half a surrogate pair in JSONB: both are refused at the door. */
export function unstorableText(value: string): Checked | undefined {
  if (value.includes('\u0000')) return refusedValue('null characters are not allowed');
  if (/\p{Surrogate}/u.test(value)) {
    return refusedAs('string_unicode', 'Input should be a valid string, unable to parse raw data as a unicode string');
  }
  return undefined;
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

const patterns = new Map<string, RegExp>();

/** Patterns come from the documents, so that their number is bounded. */
function compiled(pattern: string): RegExp {
  const known = patterns.get(pattern);
  if (known) return known;
  const regex = new RegExp(pattern, 'u');
  patterns.set(pattern, regex);
  return regex;
}
