import { sql } from 'kysely';
import type { Shape } from '../db/shape.js';

/** Reads an org from `orgs o`. The id is always read: rules decide by it. */
export const orgShape: Shape = {
  key: sql`o.id`,
  always: ['id'],
  columns: {
    id: sql`o.public_id`,
    name: sql`o.name`,
    slug: sql`o.slug`,
    status: sql`o.status`,
    isActive: sql`(o.status = 'active')`,
    accountType: sql`o.account_type`,
    onboardingStatus: sql`o.onboarding_status`,
    maxLocations: sql`o.max_locations`,
    memberCount: sql`(select count(*)::int from org_memberships c where c.org_id = o.id and c.status = 'active')`,
    workspaceCount: sql`(select count(*)::int from workspaces c where c.org_id = o.id and c.archived_at is null)`,
    schemaName: sql`o.schema_name`,
    isPlatform: sql`o.is_platform`,
    billingEmail: sql`o.billing_email`,
    contactEmail: sql`o.contact_email`,
    contactName: sql`o.contact_name`,
    contactPhone: sql`o.contact_phone`,
    hqAddressLine1: sql`o.hq_address_line1`,
    hqAddressLine2: sql`o.hq_address_line2`,
    hqCity: sql`o.hq_city`,
    hqCountry: sql`o.hq_country`,
    hqPostalCode: sql`o.hq_postal_code`,
    hqState: sql`o.hq_state`,
    internalNotes: sql`o.internal_notes`,
    taxId: sql`o.tax_id`,
    website: sql`o.website`,
    version: sql`o.version`,
    createdAt: sql`o.created_at`,
    updatedAt: sql`o.updated_at`,
  },
};
