import type { Context } from '../context.js';
import { type DomainError, Forbidden, Hidden, Unauthenticated } from '../errors.js';
import { type Actor, hasOrgAccess, isMemberOf } from './actor.js';
import { recordViolation } from './violation.js';

/** Makes the error that the caller is given: most refusals are one of several ways that did not open, and are thrown away. */
export type Refusal = () => DomainError;

export type Decision = true | Refusal;

/**
 * Decides whether a field may be read or run: by the caller, by the object that it belongs to, and by the arguments that
 * name an object. A rule returns its refusal; it throws only where it could not decide.
 */
export type Rule = Decide & {
  readonly says: string;
  /**
   * Whether the caller may, whichever object it is: what the permissions they hold tell without asking further. A rule that opens is not
   * asked, which spares a list the asking for each of its rows; one that doesn't open has not refused.
   */
  readonly opens: (ctx: Context) => boolean;
};

type Decide = (ctx: Context, parent: RuleParent, args: RuleArgs) => Decision | Promise<Decision>;

// Fields of every type and arguments of every field pass through one signature; each rule reads only what it names.
export type RuleParent = Readonly<Record<string, unknown>>;
export type RuleArgs = Readonly<Record<string, unknown>>;

/** Rules by type and field. A field without a line is refused to everyone. */
export type Rules = Readonly<Record<string, Readonly<Record<string, Rule>>>>;

/** The same rule for several fields, by name. */
export function each<const F extends string>(rule: Rule, ...fields: readonly F[]): Record<F, Rule> {
  // fromEntries forgets the keys; they are the fields.
  return Object.fromEntries(fields.map((field) => [field, rule])) as Record<F, Rule>;
}

/** A rule of a feature's own: what it asks for in words, how it decides, and for whom it is open whatever the object. */
export function rule(says: string, decide: Decide, opens: Rule['opens'] = () => false): Rule {
  return Object.assign<Decide, Omit<Rule, keyof Decide>>((ctx, parent, args) => opens(ctx) || decide(ctx, parent, args), { says, opens });
}

/** Readable by everyone, signed in or not. On purpose: each such field is a line in a reviewed list of the tests. */
export const isPublic: Rule = rule('anyone', () => true);

/** Readable wherever its object is: the rule stands on each field that leads to the object. */
export const withParent: Rule = rule('whoever may see the object', () => true);

/**
 * An object whose audience is the same as that of the field's own object, as the line beside it argues. Every other field
 * that leads to an object which rules decide on carries a rule of its own.
 */
export const sameAudience: Rule = rule('whoever may see what it belongs to', () => true);

const noCaller: Refusal = () => new Unauthenticated();

/** What a rule decides about a caller who is signed in; nobody else passes it. */
export function signedIn(decide: (actor: Actor, ctx: Context, parent: RuleParent, args: RuleArgs) => Decision | Promise<Decision>) {
  return (ctx: Context, parent: RuleParent, args: RuleArgs): Decision | Promise<Decision> =>
    ctx.actor ? decide(ctx.actor, ctx, parent, args) : noCaller;
}

export const isSignedIn: Rule = rule(
  'any user',
  signedIn(() => true),
  ({ actor }) => actor !== null,
);

/** Signed in as themselves: what neither an API key may do, nor an admin who acts as the user. */
export const isInteractive: Rule = rule(
  'a user who signed in as themselves',
  signedIn((actor) => {
    const { kind } = actor.credential;
    if (kind !== 'api_key' && kind !== 'impersonation') return true;
    return () => new Forbidden('session', { message: 'This needs a user who signed in themselves, with no key and as no one else.' });
  }),
);

/** Acts under their own name: what an admin who acts as a user may not do, whatever that user may. */
export const isNotImpersonating: Rule = rule(
  'a caller who acts as nobody else',
  signedIn((actor) => {
    if (actor.credential.kind !== 'impersonation') return true;
    return () => new Forbidden('session', { message: 'This is closed to who acts as another user.' });
  }),
);

/**
 * The caller holds the permission, or enforcement is off; in mode `audit` the lack of it is recorded and let through. An
 * impersonation stays inside its one org in every mode (contract: "Impersonation"): no mode lets it past a permission.
 */
export async function decidePermission(ctx: Context, permission: string): Promise<Decision> {
  if (!ctx.actor) return noCaller;
  if (ctx.actor.permissions.has(permission)) return true;
  if (ctx.enforcement === 'enabled' || ctx.actor.credential.kind === 'impersonation') return () => new Forbidden(permission);
  if (ctx.enforcement === 'disabled') return true;
  await recordViolation(ctx, permission);
  return true;
}

/** The caller holds the permission, in any mode of enforcement. */
export function holds({ actor }: Context, permission: string): boolean {
  return actor?.permissions.has(permission) === true;
}

/** Who holds the permission, or whom the enforcement mode lets through without it. */
export function hasPermission(permission: string): Rule {
  return rule(
    permission,
    (ctx) => decidePermission(ctx, permission),
    (ctx) => holds(ctx, permission),
  );
}

/** The token of an impersonation, or what `otherwise` asks for. */
export function isImpersonatingOr(otherwise: Rule): Rule {
  return rule(`an impersonation's own token, or ${otherwise.says}`, otherwise, (ctx) => {
    return ctx.actor?.credential.kind === 'impersonation' || otherwise.opens(ctx);
  });
}

/** One of several permissions suffices; the refusal names the first. */
export function hasAnyPermission(...keys: readonly [string, ...string[]]): Rule {
  return rule(
    keys.join(' or '),
    (ctx) => decidePermission(ctx, keys[0]),
    (ctx) => keys.some((key) => holds(ctx, key)),
  );
}

/** Decides as another rule does, and names the permission by which the surfaces document the field. */
export function documentedAs(permission: string, decide: Rule): Rule {
  return rule(
    decide.says,
    async (ctx, parent, args) => {
      const decision = await decide(ctx, parent, args);
      return decision !== true && ctx.actor ? () => new Forbidden(permission, { message: `This is for: ${decide.says}.` }) : decision;
    },
    decide.opens,
  );
}

/** An active member of the org that runs the platform. */
export const isOfPlatformOrg: Rule = rule(
  'active member of the platform’s own org',
  signedIn(() => () => new Forbidden('platform.read')),
  ({ actor }) => actor !== null && [...actor.orgs.values()].some((org) => org.isPlatform),
);

/** As `hasPermission`; but for who has no part in the platform's administration, the object does not exist. */
export function hasPermissionOrHidden(permission: string, type: string, id: IdOf): Rule {
  return rule(
    permission,
    async (ctx, parent, args) => {
      const decision = await decidePermission(ctx, permission);
      const isOutsider = ctx.actor !== null && !ctx.actor.hasPlatformAccess;
      return decision !== true && isOutsider ? () => new Hidden(type, id(parent, args)) : decision;
    },
    (ctx) => holds(ctx, permission),
  );
}

/** Where a rule finds the public id of the object it decides on. */
export type IdOf = (parent: RuleParent, args: RuleArgs) => string;

/** The id is an argument of the field. */
export const argument =
  (name: string): IdOf =>
  (_parent, args) =>
    String(args[name]);

/** The id is a field of the object that the ruled field belongs to. */
export const field =
  (name: string): IdOf =>
  (parent) =>
    String(parent[name]);

/** The public id of an object that the parent row holds: the relation was joined because the field was asked for. */
export const joined =
  (name: string): IdOf =>
  (parent) => {
    const relation = parent[name];
    return typeof relation === 'object' && relation !== null && 'id' in relation ? String(relation.id) : '';
  };

/** An active member of the org; to anyone else it does not exist. */
export function isMember(orgId: IdOf): Rule {
  return rule(
    'active member of the org',
    signedIn((actor, _ctx, parent, args) => isMemberOf(actor, orgId(parent, args)) || (() => new Hidden('org', orgId(parent, args)))),
  );
}

/** An active member whose role in the org is `admin`. */
export function isOrgAdmin(orgId: IdOf): Rule {
  return rule(
    'admin of the org',
    signedIn((actor, _ctx, parent, args) => {
      const id = orgId(parent, args);
      return actor.orgs.get(id)?.roleHint === 'admin' || (() => new Hidden('org', id));
    }),
  );
}

/** The user themselves; to anyone else they do not exist. */
export function isSelf(userId: IdOf): Rule {
  return rule(
    'the user themselves',
    signedIn((actor, _ctx, parent, args) => actor.id === userId(parent, args) || (() => new Hidden('user', userId(parent, args)))),
  );
}

/** An admin's access to one org (contract: "Org access"). No enforcement mode switches it off. */
export function mayReachOrg(orgId: IdOf): Rule {
  return rule(
    'access to the org',
    signedIn(
      (actor, _ctx, parent, args) =>
        hasOrgAccess(actor, orgId(parent, args)) || (() => new Forbidden('org_access', { message: 'This needs access to the org.' })),
    ),
  );
}

/** Decides on an object that the arguments name only through another one: it is found first, and the rule is given it as its parent. */
export function ofFound(find: (ctx: Context, args: RuleArgs) => Promise<RuleParent>, decide: Rule): Rule {
  return rule(
    decide.says,
    signedIn(async (_actor, ctx, _parent, args) => decide(ctx, await find(ctx, args), args)),
  );
}

/** The first that allows; the refusal is the last one's. */
export function anyOf(...rules: readonly [Rule, ...Rule[]]): Rule {
  return rule(
    rules.map(({ says }) => says).join(', or '),
    async (ctx, parent, args) => {
      let decision: Decision = noCaller;
      for (const decide of rules) {
        decision = await decide(ctx, parent, args);
        if (decision === true) return true;
      }
      return decision;
    },
    (ctx) => rules.some(({ opens }) => opens(ctx)),
  );
}

/** Every one must allow; the refusal is the first one's. */
export function allOf(...rules: readonly [Rule, ...Rule[]]): Rule {
  return rule(
    rules.map(({ says }) => says).join(', and '),
    async (ctx, parent, args) => {
      for (const decide of rules) {
        const decision = await decide(ctx, parent, args);
        if (decision !== true) return decision;
      }
      return true;
    },
    (ctx) => rules.every(({ opens }) => opens(ctx)),
  );
}
