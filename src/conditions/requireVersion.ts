import { Conflict, Invalid, inWords } from '../errors.js';
import type { Conditional } from './conditions.js';

/**
 * Compares the version that a change is based on, by its input or by If-Match, with the one that was locked.
 * @throws Conflict that says the current version
 */
export function requireVersion(
  { conditions }: Conditional,
  resourceType: string,
  current: number | undefined,
  base?: number | null | undefined,
): void {
  const expected = typeof base === 'number' ? [base] : [];
  if (conditions?.ifMatch) {
    conditions.progress.wasCompared = true;
    if (current === undefined || !conditions.ifMatch.includes(current))
      throw stale(resourceType, current, conditions.ifMatch, { header: 'if-match' });
  }
  if (expected.some((version) => version !== current)) throw stale(resourceType, current, expected);
}

function stale(resourceType: string, current: number | undefined, expected: readonly number[], named: { header?: string } = {}): Conflict {
  return new Conflict(
    `The ${inWords(resourceType)} has changed: it is at version ${current}, and this change is based on ${expected.join(', ') || 'none'}.`,
    { resourceType, currentVersion: current, ...named },
  );
}

/**
 * An If-Match that nothing was compared with must not pass for one that held.
 * @throws Invalid naming the header
 */
export function requireCompared({ conditions }: Conditional): void {
  if (!conditions?.ifMatch || conditions.progress.wasCompared) return;
  throw Invalid.field(['header', 'if-match'], 'What this changes has no version to compare.', 'value_error');
}
