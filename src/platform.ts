import type { SigningKeys } from './access/signingKeys.js';
import type { Config } from './config.js';
import type { Platform } from './context.js';
import type { Database } from './db/pool.js';
import type { Tenancy } from './tenancy/tenancy.js';

/** What gateways and workers of this process are made with. */
export function platformOf(
  { db, notifications }: Pick<Database, 'db' | 'notifications'>,
  tenancy: Tenancy,
  config: Config,
  keys: SigningKeys,
): Platform {
  const { accessTokenTtl, refreshTokenTtl } = config;
  return { db, notifications, keys, shardKeys: tenancy.keys, shardPools: tenancy.pools, accessTokenTtl, refreshTokenTtl };
}
