import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isIntrospectionType,
  isObjectType,
} from 'graphql';
import { deny, shield, rule as shieldRule } from 'graphql-shield';
import type { Context } from '../context.js';
import { Forbidden } from '../errors.js';
import { isPublic, type Rule, type RuleArgs, type RuleParent, type Rules, sameAudience, withParent } from './rule.js';

/** Fields whose rule always says yes need no middleware, which costs most on large answers. */
const needsNoCheck: ReadonlySet<Rule> = new Set([isPublic, withParent, sameAudience]);

type Resolve = GraphQLFieldResolver<unknown, Context>;
type Guard = (resolve: Resolve, ...asked: Parameters<Resolve>) => unknown;

/** What shield made of a field's rule. @throws Error where that is nothing that guards */
function guardIn(made: unknown, at: string): Guard {
  // Shield hands its own constants, such as `deny`, in an object.
  const guard = typeof made === 'object' && made !== null && 'resolve' in made ? made.resolve : made;
  if (typeof guard !== 'function') throw new Error(`Shield made no middleware for ${at}.`);
  // Shield's middleware is called as graphql-middleware would call it.
  return guard as Guard;
}

/** Shield's way to ask takes several promises a field: it is not gone where the rule is open to the caller. */
function unlessOpen(rule: Rule, guard: Guard): Guard {
  return (resolve, parent, args, ctx, info) =>
    rule.opens(ctx) ? resolve(parent, args, ctx, info) : guard(resolve, parent, args, ctx, info);
}

/** The rule of a field, where it has one. */
export function ruleOf(rules: Rules, type: string, field: string): Rule | undefined {
  return rules[type]?.[field];
}

/**
 * Guards a schema in its place, deny by default: a field with no rule is refused to everyone. Shield's middleware goes on the fields
 * that have something to check and on no other; a field that may be read with its object costs nothing. graphql-middleware would
 * make the whole schema anew for it, several times over.
 * @returns the same schema
 */
export function guarded(schema: GraphQLSchema, rules: Rules): GraphQLSchema {
  const made = shield(tree(schema, rules), { fallbackRule: deny, allowExternalErrors: true }).generate(schema);
  const middleware: Readonly<Record<string, unknown>> = { ...made };
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || isIntrospectionType(type)) continue;
    const guards: Readonly<Record<string, unknown>> = Object(middleware[type.name]);
    for (const field of Object.values(type.getFields())) {
      const rule = ruleOf(rules, type.name, field.name);
      if (rule && needsNoCheck.has(rule)) continue;
      const guard = guardIn(guards[field.name], `${type.name}.${field.name}`);
      guardField(field, rule ? unlessOpen(rule, guard) : guard);
    }
  }
  return guardSubscribing(schema, rules);
}

function guardField(field: GraphQLField<unknown, Context>, guard: Guard): void {
  const { resolve = defaultFieldResolver } = field;
  field.resolve = (parent, args, ctx, info) => guard(resolve, parent, args, ctx, info);
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
