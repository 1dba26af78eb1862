import { type Decision, decidePermission, holds, type IdOf, type Rule, rule, signedIn } from '../access/rule.js';
import { actorOf, type Context } from '../context.js';
import { Hidden } from '../errors.js';
import { type Relation, relationTo } from './relation.js';

/** An active member of an org that the caller is an active member of, too. */
export function isFellow(userId: IdOf): Rule {
  return rule(
    'a fellow member of an org',
    signedIn(async (_actor, ctx, parent, args) => {
      const id = userId(parent, args);
      return (await relationTo(ctx, id)).isFellow || (() => new Hidden('user', id));
    }),
  );
}

/** What an admin of an org has over its users, by the action of the /v1 surface. */
const openTo = {
  'users:read': (relation: Relation) => relation.isFellow,
  'users:update': (relation: Relation) => relation.isAdministered,
  // A deleted user is gone from every org: one org's admin does not delete another's member.
  'users:delete': (relation: Relation) => relation.isWhollyAdministered,
} as const;

/**
 * Whoever the orgs that both belong to let act on the user, or who holds the platform's permission. For who neither shares an org with
 * the user nor has a part in the platform's administration, there is no such user.
 */
export function mayActOnUser(action: keyof typeof openTo, userId: IdOf): Rule {
  const permission = `platform.${action.replace(':', '.')}`;
  return rule(
    `${permission}, or ${action} by an org of the user's`,
    signedIn(async (_actor, ctx, parent, args) => {
      const id = userId(parent, args);
      const relation = await relationTo(ctx, id);
      if (openTo[action](relation)) return true;
      return hiddenUnless(ctx, relation.isFellow || relation.isAdministered, permission, () => new Hidden('user', id));
    }),
    (ctx) => holds(ctx, permission),
  );
}

/** The permission's decision; where it refuses someone who may not know of the object, that there is none. */
async function hiddenUnless(ctx: Context, isKnown: boolean, permission: string, hidden: () => Hidden): Promise<Decision> {
  const decision = await decidePermission(ctx, permission);
  return decision === true || isKnown || actorOf(ctx).hasPlatformAccess ? decision : hidden;
}

/** An admin of an org of their own, or of the org that is named; or who may make users in any org. */
export const mayCreateUser: Rule = rule(
  'platform.users.create, or admin of the org',
  signedIn(async (actor, ctx, _parent, { input }) => {
    const orgId = typeof input === 'object' && input !== null && 'orgId' in input ? input.orgId : undefined;
    const orgs = [...actor.orgs.values()].filter((org) => typeof orgId !== 'string' || org.id === orgId);
    if (orgs.some((org) => org.roleHint === 'admin')) return true;
    const isKnown = typeof orgId !== 'string' || orgs.length > 0;
    return hiddenUnless(ctx, isKnown, 'platform.users.create', () => new Hidden('org', String(orgId)));
  }),
);

/** Programs give roles a meaning that the platform doesn't know: nobody gives them to themselves, nor an org's admin to others. */
export const mayChangeRoles: Rule = rule('platform.users.update, where roles change', async (ctx, _parent, { input }) => {
  const changesRoles = typeof input === 'object' && input !== null && 'roles' in input && input.roles !== undefined;
  return changesRoles ? decidePermission(ctx, 'platform.users.update') : true;
});
