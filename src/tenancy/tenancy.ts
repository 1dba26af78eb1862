import type { Config } from '../config.js';
import type { Database, PoolOptions } from '../db/pool.js';
import { shardKeysKeptIn } from './shardKeyFile.js';
import { type ShardKeys, shardKeys } from './shardKeys.js';
import { openShardPools, type ShardPools } from './shardPools.js';

/** What a process reaches its tenants with. */
export interface Tenancy {
  readonly keys: ShardKeys;
  readonly pools: ShardPools;
  close(): Promise<void>;
}

/**
 * Prepares the way to the shards as it is configured. No connection is made before the first use.
 * @throws Error where the keys are kept in the data folder and can't be read or made there
 */
export function openTenancy(
  { url }: Pick<Database, 'url'>,
  config: Config,
  limits: Pick<PoolOptions, 'statementTimeout' | 'applicationName' | 'onIdleError'>,
): Tenancy {
  const keys = shardKeys(config.shardKeys ?? shardKeysKeptIn(config.dataDir));
  const pools = openShardPools({
    ...limits,
    ownUrl: url,
    keys,
    poolSize: config.shardPoolSize,
    maxConnections: config.shardMaxConnections,
    acquireTimeout: config.databaseAcquireTimeout,
  });
  return { keys, pools, close: pools.close };
}
