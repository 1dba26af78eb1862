import { anyOf, each, field, hasPermission, isSelf, type Rules, withParent } from '../access/rule.js';

export const identityRules: Rules = {
  Mutation: {
    linkIdentity: hasPermission('platform.users.update'),
    unlinkIdentity: hasPermission('platform.users.update'),
  },
  User: { identities: anyOf(isSelf(field('id')), hasPermission('platform.users.read')) },
  Identity: each(withParent, 'id', 'issuer', 'subject', 'createdAt'),
  LinkIdentityPayload: { identity: withParent },
  UnlinkIdentityPayload: { removedId: withParent },
};
