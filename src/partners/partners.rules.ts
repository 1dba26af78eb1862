import { each, hasPermission, type Rules, sameAudience, withParent } from '../access/rule.js';

export const partnerRules: Rules = {
  Query: { partners: hasPermission('platform.partners.list'), partner: hasPermission('platform.partners.read') },
  Mutation: {
    createPartner: hasPermission('platform.partners.create'),
    updatePartner: hasPermission('platform.partners.update'),
    archivePartner: hasPermission('platform.partners.archive'),
  },
  Partner: {
    ...each(withParent, 'id', 'name', 'slug', 'partnerType', 'status', 'displayName', 'description', 'website', 'logoUrl'),
    ...each(withParent, 'contactName', 'contactEmail', 'contactPhone', 'extraData', 'version', 'createdAt', 'updatedAt'),
    internalNotes: hasPermission('platform.partners.read'),
  },
  // Who changed the partner is shown what they changed.
  PartnerPayload: { partner: sameAudience },
};
