import { registerEnumType } from 'type-graphql';

export const PartnerType = {
  INTEGRATION: 'integration',
  TECHNOLOGY: 'technology',
  RESELLER: 'reseller',
  REFERRAL: 'referral',
  SERVICE: 'service',
} as const;
export type PartnerType = (typeof PartnerType)[keyof typeof PartnerType];
registerEnumType(PartnerType, { name: 'PartnerType', description: 'What a partner does for the platform.' });

export const PartnerStatus = { ACTIVE: 'active', INACTIVE: 'inactive', ARCHIVED: 'archived' } as const;
export type PartnerStatus = (typeof PartnerStatus)[keyof typeof PartnerStatus];
registerEnumType(PartnerStatus, { name: 'PartnerStatus', description: 'Whether the platform works with a partner.' });
