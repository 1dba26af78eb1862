import { isPublic, type Rule, sameAudience, withParent } from '../../src/access/rule.js';
import type { Context } from '../../src/context.js';
import { buildUnguardedSchema, rulesOf } from '../../src/schema/schema.js';

/** Each field whose rule has something to check, as `Type.field`; the others' say always yes. */
export function checkedFields(): string[] {
  const idle: readonly unknown[] = [withParent, sameAudience, isPublic];
  return Object.entries(rulesOf(buildUnguardedSchema())).flatMap(([type, fields]) =>
    Object.entries(fields).flatMap(([field, rule]) => (idle.includes(rule) ? [] : [`${type}.${field}`])),
  );
}

/** Whether a rule by itself refuses who is not signed in: a service that asks for its caller would hide it where it does not. */
export async function refusesAnonymous(rule: Rule): Promise<boolean> {
  // Where nobody calls, a rule reads no more of the context than that.
  const context = { actor: null, enforcement: 'enabled' } as Context;
  return (await rule(context, {}, {})) !== true;
}
