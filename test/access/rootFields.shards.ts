import { v7 as uuidv7 } from 'uuid';
import type { Place, RootField } from './rootFields.js';

async function shard({ gateway }: Place): Promise<{ id: string }> {
  const id = uuidv7();
  await gateway.database.db
    .insertInto('shards')
    .values({
      public_id: id,
      name: id,
      region: '',
      max_orgs: 1,
      is_active: false,
      dsn_ciphertext: Buffer.from('sealed'),
      dsn_key_version: 1,
    })
    .execute();
  return { id };
}

/** The root fields of shards. */
export const shardRootFields: Readonly<Record<string, RootField>> = {
  'Query.shards': { permission: 'platform.shards.list', policy: 'permission', document: '{ shards { nodes { id } } }' },
  'Query.shard': {
    permission: 'platform.shards.read',
    policy: 'permission',
    document: 'query ($id: UUID!) { shard(id: $id) { id } }',
    variables: shard,
  },
  'Mutation.createShard': {
    permission: 'platform.shards.create',
    policy: 'permission',
    document:
      'mutation ($name: String!, $dsn: String!) { createShard(input: { name: $name, dsn: $dsn, isActive: false }) { shard { id } } }',
    variables: ({ gateway }) => ({ name: crypto.randomUUID(), dsn: gateway.database.url }),
  },
  'Mutation.updateShard': {
    permission: 'platform.shards.update',
    policy: 'permission',
    document: 'mutation ($id: UUID!) { updateShard(id: $id, input: { baseVersion: 1, maxOrgs: 2 }) { shard { id } } }',
    variables: shard,
  },
  'Mutation.archiveShard': {
    permission: 'platform.shards.archive',
    policy: 'permission',
    document: 'mutation ($id: UUID!) { archiveShard(id: $id) { shard { id } } }',
    variables: shard,
  },
};
