import { sql } from 'kysely';
import type { Shape } from '../db/shape.js';

/** Reads a delivery from `deliveryTables`. What is sent is no part of it, and its token least of all. */
export const deliveryShape: Shape = {
  key: sql`d.id`,
  always: ['id'],
  columns: {
    id: sql`d.public_id`,
    event: sql`d.event`,
    user: sql`json_build_object('id', u.public_id, 'displayName', u.display_name)`,
    state: sql`d.state`,
    attempts: sql`d.attempts`,
    lastError: sql`d.last_error`,
    occurredAt: sql`d.created_at`,
    lastAttemptAt: sql`d.last_attempt_at`,
    nextAttemptAt: sql`case when d.settled_at is null then d.next_attempt_at end`,
    settledAt: sql`d.settled_at`,
  },
};

export const deliveryTables = sql`auth_provider_deliveries d join users u on u.id = d.user_id`;
