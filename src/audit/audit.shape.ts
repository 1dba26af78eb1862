import { sql } from 'kysely';
import type { Shape } from '../db/shape.js';

/** Reads an entry from `platform_audit_log e`. */
export const auditEntryShape: Shape = {
  key: sql`e.id`,
  // By which the snapshots are found.
  always: ['id', 'orgId', 'createdAt'],
  columns: {
    id: sql`e.id`,
    createdAt: sql`e.created_at`,
    action: sql`e.action`,
    outcome: sql`e.outcome`,
    resourceType: sql`e.resource_type`,
    resourceId: sql`e.resource_id`,
    resourceDisplayId: sql`e.resource_display_id`,
    changedFields: sql`e.changed_fields`,
    actorType: sql`e.actor_type`,
    actorId: sql`e.actor_id`,
    actorDisplayName: sql`e.actor_display_name`,
    impersonatedUserId: sql`e.impersonated_user_id`,
    orgId: sql`e.org_id`,
    orgName: sql`e.org_name`,
    permission: sql`e.permission`,
    ipAddress: sql`host(e.ip_address)`,
    traceId: sql`e.trace_id`,
    occurrences: sql`e.occurrences`,
  },
};
