import { each, hasPermission, type Rules, sameAudience, withParent } from '../access/rule.js';

export const shardRules: Rules = {
  Query: { shards: hasPermission('platform.shards.list'), shard: hasPermission('platform.shards.read') },
  Mutation: {
    createShard: hasPermission('platform.shards.create'),
    updateShard: hasPermission('platform.shards.update'),
    archiveShard: hasPermission('platform.shards.archive'),
  },
  Shard: {
    ...each(withParent, 'id', 'name', 'region', 'isActive', 'maxOrgs', 'isOwnDatabase', 'dsnChangedAt', 'archivedAt'),
    ...each(withParent, 'version', 'createdAt', 'updatedAt'),
    capacity: hasPermission('platform.shards.read'),
  },
  ShardCapacity: each(withParent, 'shardId', 'currentOrgs', 'maxOrgs', 'availableSlots', 'utilizationPercent'),
  // Who changed the shard is shown what they changed.
  ShardPayload: { shard: sameAudience },
};
