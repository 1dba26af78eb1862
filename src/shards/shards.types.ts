import { Field, Float, ID, InputType, Int, ObjectType } from 'type-graphql';
import { connectionType } from '../graphql/connection.js';
import { Node } from '../graphql/node.js';
import { DateTime } from '../graphql/scalars.js';

@ObjectType({ description: 'How many orgs a shard has and may have.', simpleResolvers: true })
export class ShardCapacity {
  @Field(() => ID, { description: 'Of the shard.' })
  readonly shardId: string;

  @Field(() => Int, { description: 'Orgs that live on the shard, in whatever status.' })
  readonly currentOrgs: number;

  @Field(() => Int, { description: 'Orgs that the shard may have: its own limit, or that of the settings where it is lower.' })
  readonly maxOrgs: number;

  @Field(() => Int, { description: 'Orgs that still fit.' })
  readonly availableSlots: number;

  @Field(() => Float, { description: 'Of the orgs that the shard may have, how many it has: percent, with at most two decimals.' })
  readonly utilizationPercent: number;
}

@ObjectType({
  description: 'A PostgreSQL database on which orgs live, each in a schema of its own.',
  implements: Node,
  simpleResolvers: true,
})
export class Shard extends Node {
  @Field(() => String, { description: 'Unique among the shards that are not archived, without case.' })
  readonly name: string;

  @Field(() => String, { description: 'Where the shard is; empty where nobody said.' })
  readonly region: string;

  @Field(() => Boolean, { description: 'Whether new orgs may be placed on it.' })
  readonly isActive: boolean;

  @Field(() => Int, { description: 'How many orgs may live on it.' })
  readonly maxOrgs: number;

  @Field(() => Boolean, { description: 'Whether it is the control plane’s own database.' })
  readonly isOwnDatabase: boolean;

  @Field(() => DateTime, { nullable: true, description: 'When its address was last set. The address itself is never shown.' })
  readonly dsnChangedAt: string | null;

  @Field(() => DateTime, { nullable: true, description: 'When it was archived, where it was. Orgs that live on it stay.' })
  readonly archivedAt: string | null;

  @Field(() => ShardCapacity, { description: 'How many orgs it has and may have.' })
  readonly capacity: ShardCapacity;

  @Field(() => Int, { description: 'Rises with each change; a change names the version it is based on.' })
  readonly version: number;

  @Field(() => DateTime, { description: 'When the shard was registered.' })
  readonly createdAt: string;

  @Field(() => DateTime, { description: 'When the shard was last changed.' })
  readonly updatedAt: string;
}

export const ShardConnection = connectionType('Shard', () => Shard);

@InputType({ description: 'Which shards. Several conditions must all hold.' })
export class ShardFilter {
  @Field(() => Boolean, { nullable: true, description: 'Whether new orgs may be placed on it.' })
  readonly isActive?: boolean | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether it is archived.' })
  readonly isArchived?: boolean | null;

  @Field(() => String, { nullable: true, description: 'In this region.' })
  readonly region?: string | null;

  @Field(() => String, { nullable: true, description: 'Part of the name, without case; at most 500 characters.' })
  readonly search?: string | null;
}

const dsnDescription =
  'Address of the database, `postgresql://user:password@host:port/database`, with `sslmode` alone as a parameter. It must be reachable, PostgreSQL 15 or later, and its role may make schemas and roles. It is encrypted, and never shown.';

@InputType({ description: 'A shard to register.' })
export class CreateShardInput {
  @Field(() => String, { description: '1 to 200 characters.' })
  readonly name: string;

  @Field(() => String, { description: dsnDescription })
  readonly dsn: string;

  @Field(() => String, { defaultValue: '', description: 'At most 100 characters.' })
  readonly region: string;

  @Field(() => Int, { defaultValue: 100, description: 'How many orgs may live on it.' })
  readonly maxOrgs: number;

  @Field(() => Boolean, { defaultValue: true, description: 'Whether new orgs may be placed on it.' })
  readonly isActive: boolean;
}

@InputType({ description: 'What to change. A field that is left out stays as it is.' })
export class UpdateShardInput {
  @Field(() => Int, { description: 'The version that the change is based on. Another one is a conflict.' })
  readonly baseVersion: number;

  @Field(() => String, { nullable: true, description: '1 to 200 characters.' })
  readonly name?: string | null;

  @Field(() => String, { nullable: true, description: `${dsnDescription} It must hold the schemas of the orgs that live on the shard.` })
  readonly dsn?: string | null;

  @Field(() => String, { nullable: true, description: 'At most 100 characters.' })
  readonly region?: string | null;

  @Field(() => Int, { nullable: true, description: 'How many orgs may live on it; those that are there stay.' })
  readonly maxOrgs?: number | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether new orgs may be placed on it.' })
  readonly isActive?: boolean | null;
}

@ObjectType({ description: 'The shard as the change left it.', simpleResolvers: true })
export class ShardPayload {
  @Field(() => Shard, { description: 'The shard as the change left it.' })
  readonly shard: Shard;
}
