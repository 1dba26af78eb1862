import { isRecord } from '../record.js';

const secretName = /password|token|dsn|secret/i;
// What is larger is not worth sending back, and what is deeper is not worth reading.
const largest = 1024;
const deepest = 8;

/** Whether a value of this name, or below it, may never be shown. */
export function isSecret(loc: readonly (string | number)[]): boolean {
  return loc.some((part) => typeof part === 'string' && secretName.test(part));
}

/** What was sent, fit for an error message: without secrets, and only where it is small. */
export function echo(value: unknown): { readonly input?: unknown } {
  const input = withoutSecrets(value, deepest);
  return (JSON.stringify(input) ?? '').length > largest ? {} : { input };
}

function withoutSecrets(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return null;
  if (!isRecord(value)) return Array.isArray(value) ? value.map((item) => withoutSecrets(item, depth - 1)) : null;
  const shown = Object.entries(value).filter(([name]) => !secretName.test(name));
  return Object.fromEntries(shown.map(([name, member]) => [name, withoutSecrets(member, depth - 1)]));
}
