import { Forbidden, Hidden } from '../errors.js';
import { hasOrgAccess, isMemberOf } from './actor.js';
import { decidePermission, type IdOf, type Rule, rule, signedIn } from './rule.js';

/**
 * An admin of the org, or a platform admin who may change orgs and has access to this one.
 * @param action what it is needed for, as `resource:action`: a refusal names it
 */
export function administersOrg(action: string, orgId: IdOf): Rule {
  return rule(
    'admin of the org, or platform.orgs.update with access to the org',
    signedIn(async (actor, ctx, parent, args) => {
      const id = orgId(parent, args);
      if (actor.orgs.get(id)?.roleHint === 'admin') return true;
      if (hasOrgAccess(actor, id) && (await decidePermission(ctx, 'platform.orgs.update')) === true) return true;
      const knows = isMemberOf(actor, id) || actor.hasPlatformAccess;
      return knows ? () => new Forbidden(action) : () => new Hidden('org', id);
    }),
  );
}

/** A member of the org who takes themselves out of it. */
export function isLeavingOrg(orgId: IdOf, userId: IdOf): Rule {
  return rule(
    'a member who leaves',
    signedIn((actor, _ctx, parent, args) => {
      const id = orgId(parent, args);
      return (actor.id === userId(parent, args) && isMemberOf(actor, id)) || (() => new Hidden('org', id));
    }),
  );
}
