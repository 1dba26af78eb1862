import { asDomainError } from '../failure.js';
import type { Check, Checked } from './check.js';
import { checks } from './checks.js';

/** What became of one check. */
export interface Outcome {
  readonly name: string;
  readonly findings: readonly string[];
}

/**
 * Runs checks one after the other, so that a system in use is not held up. One that can't be run counts as one that does not hold.
 * @param onOutcome told of each as it ends
 */
export async function runChecks(checked: Checked, onOutcome: (outcome: Outcome) => void = () => {}, all = checks): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const check of all) {
    const outcome = { name: check.name, findings: await findingsOf(check, checked) };
    onOutcome(outcome);
    outcomes.push(outcome);
  }
  return outcomes;
}

async function findingsOf(check: Check, checked: Checked): Promise<string[]> {
  try {
    return await check.find(checked);
  } catch (error) {
    return [`This could not be checked: ${asDomainError(error)?.message ?? (error instanceof Error ? error.message : 'it failed.')}`];
  }
}
