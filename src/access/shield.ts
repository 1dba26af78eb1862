import { type GraphQLSchema, isObjectType } from 'graphql';
import { applyMiddleware, type IMiddlewareTypeMap } from 'graphql-middleware';
import { deny, shield, rule as shieldRule } from 'graphql-shield';
import type { Context } from '../context.js';
import { Forbidden } from '../errors.js';
import { isPublic, type Rule, type RuleArgs, type RuleParent, type Rules, sameAudience, withParent } from './rule.js';

/** Fields whose rule always says yes need no middleware, which costs most on large answers. */
const needsNoCheck: ReadonlySet<Rule> = new Set([isPublic, withParent, sameAudience]);

type Guard = Extract<IMiddlewareTypeMap[string], (...args: never[]) => unknown>;

function isGuard(middleware: unknown): middleware is Guard {
  return typeof middleware === 'function';
}

/** Shield's way to ask takes several promises a field: it is not gone where the rule is open to the caller. */
function unlessOpen(rule: Rule, guard: Guard): Guard {
  return (resolve, parent, args, ctx: Context, info) =>
    rule.opens(ctx) ? resolve(parent, args, ctx, info) : guard(resolve, parent, args, ctx, info);
}

/** The rule of a field, where it has one. */
export function ruleOf(rules: Rules, type: string, field: string): Rule | undefined {
  return rules[type]?.[field];
}

/**
 * Guards a schema, deny by default: a field with no rule is refused to everyone. Shield's middleware goes on the fields
 * that have something to check and on no other; a field that may be read with its object costs nothing.
 */
export function guarded(schema: GraphQLSchema, rules: Rules): GraphQLSchema {
  const middleware = shield(tree(schema, rules), { fallbackRule: deny, allowExternalErrors: true }).generate(schema);
  const applied: IMiddlewareTypeMap = {};
  for (const [type, fields] of Object.entries(middleware)) {
    if (typeof fields === 'function') continue;
    const checked = Object.entries(fields).flatMap(([field, guard]) => {
      const rule = ruleOf(rules, type, field);
      if (rule && needsNoCheck.has(rule)) return [];
      return [[field, rule && isGuard(guard) ? unlessOpen(rule, guard) : guard]];
    });
    if (checked.length > 0) applied[type] = Object.fromEntries(checked);
  }
  return guardSubscribing(applyMiddleware(schema, applied), rules);
}

/** The middleware stands before each event of a subscription; its rule is asked before the first as well, so that none is opened in vain. */
function guardSubscribing(schema: GraphQLSchema, rules: Rules): GraphQLSchema {
  const type = schema.getSubscriptionType();
  for (const [name, field] of Object.entries(type?.getFields() ?? {})) {
    const rule = ruleOf(rules, 'Subscription', name);
    const { subscribe } = field;
    field.subscribe = async (root, args: RuleArgs, ctx: Context, info) => {
      const decision = rule ? await rule(ctx, {}, args) : () => new Forbidden(name);
      if (decision !== true) throw decision();
      return subscribe?.(root, args, ctx, info);
    };
  }
  return schema;
}

function tree(schema: GraphQLSchema, rules: Rules): Parameters<typeof shield>[0] {
  const shielded = new Map<Rule, ReturnType<typeof asShieldRule>>();
  const result: Record<string, Record<string, ReturnType<typeof asShieldRule> | typeof deny>> = {};
  for (const type of Object.values(schema.getTypeMap())) {
    // Shield ignores rules on interfaces: an object is decided on as what it is.
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    result[type.name] = Object.fromEntries(
      Object.keys(type.getFields()).map((field) => {
        const rule = ruleOf(rules, type.name, field);
        if (!rule) return [field, deny];
        const known = shielded.get(rule) ?? asShieldRule(rule, `rule${shielded.size}`);
        shielded.set(rule, known);
        return [field, known];
      }),
    );
  }
  return result;
}

/** `no_cache`: shield's other caches ignore arguments or parents, and leak one caller's answer to another field. */
function asShieldRule(rule: Rule, name: string) {
  return shieldRule(name, { cache: 'no_cache' })(async (parent: RuleParent, args: RuleArgs, ctx: Context) => {
    try {
      const decision = await rule(ctx, parent ?? {}, args);
      return decision === true || decision();
    } catch (error) {
      // A rule that throws would read as a plain refusal.
      return error instanceof Error ? error : new Error('A rule could not decide.');
    }
  });
}
