import { isRecord } from '../record.js';
import { accepted, type Checked, refusedAs, refusedValue } from './fault.js';
import { unstorableText } from './text.js';

const deepest = 64;

/** A JSON object that can be stored and merged without harm. */
export function checkJsonObject(value: unknown): Checked {
  if (!isRecord(value)) return refusedAs('dict_type', 'Input should be a valid dictionary');
  return unstorable(value, deepest) ?? accepted(value);
}

function unstorable(value: unknown, depth: number): Checked | undefined {
  if (typeof value === 'string') return unstorableText(value);
  // It would be kept as null, which is all that JSON has for it.
  if (typeof value === 'number' && !Number.isFinite(value)) return refusedValue('numbers beyond 1.8e308 are not allowed');
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === 0) return refusedValue(`no more than ${deepest} levels of nesting are allowed`);
  for (const [key, member] of Object.entries(value)) {
    // A merge that assigns by key would change the target's prototype.
    if (key === '__proto__') return refusedValue('the key __proto__ is not allowed');
    const fault = unstorableText(key) ?? unstorable(member, depth - 1);
    if (fault) return fault;
  }
  return undefined;
}
