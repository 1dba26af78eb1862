import { sql } from 'kysely';
import type { Shape } from '../db/shape.js';

/** Orgs that live on the shard `s`, in whatever status: each takes a slot. */
const current = sql<number>`(select count(*)::int from orgs c where c.shard_id = s.id)`;

/** How many orgs a shard may have: its own limit, or that of the settings where it is lower. */
export const slots = sql<number>`least(s.max_orgs, (select max_orgs_per_shard from settings))`;

const capacityShape: Shape = {
  key: sql`s.id`,
  columns: {
    shardId: sql`s.public_id`,
    currentOrgs: current,
    maxOrgs: slots,
    availableSlots: sql`greatest(${slots} - ${current}, 0)`,
    utilizationPercent: sql`round(100.0 * ${current} / ${slots}, 2)::float8`,
  },
};

/** Reads a shard from `shards s`. The address is no column of it, on purpose. */
export const shardShape: Shape = {
  key: sql`s.id`,
  always: ['id'],
  columns: {
    id: sql`s.public_id`,
    name: sql`s.name`,
    region: sql`s.region`,
    isActive: sql`s.is_active`,
    maxOrgs: sql`s.max_orgs`,
    isOwnDatabase: sql`s.dsn_ciphertext is null`,
    dsnChangedAt: sql`s.dsn_changed_at`,
    archivedAt: sql`s.archived_at`,
    version: sql`s.version`,
    createdAt: sql`s.created_at`,
    updatedAt: sql`s.updated_at`,
  },
  joined: { capacity: capacityShape },
};
