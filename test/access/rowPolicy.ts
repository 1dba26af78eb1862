import type { CallerName } from './callers.js';
import { policies } from './policies.js';
import type { Policy } from './policyTable.js';
import type { Outcome, RootField } from './rootFields.js';

const wordOf: Readonly<Record<Outcome, string>> = {
  data: 'ok',
  null: 'null',
  UNAUTHENTICATED: '401',
  FORBIDDEN: '403',
  NOT_FOUND: '404',
  BAD_USER_INPUT: '422',
};
const refusalOf: Readonly<Record<string, string>> = { session: 'session', org_access: 'org', owner: 'owner' };

/** The policy of a row: the one that it names, or the first that gives its callers its outcomes. */
export function policyOfRow(row: RootField): Policy | undefined {
  if (row.policy) return policies[row.policy];
  return Object.values<Policy>(policies).find((policy) => agrees(policy, row));
}

function agrees(policy: Policy, { outcomes = {}, lacking, permission }: RootField): boolean {
  // The keys are those of the record's own type.
  const entries = Object.entries(outcomes) as [CallerName, Outcome][];
  return entries.length > 0 && entries.every(([caller, outcome]) => policy.expected(caller, 'own', 'enabled') === worded(caller, outcome));

  function worded(caller: CallerName, outcome: Outcome): string {
    const named = outcome === 'FORBIDDEN' ? (lacking?.[caller] ?? permission ?? '') : '';
    return refusalOf[named] ?? wordOf[outcome];
  }
}
