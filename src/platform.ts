import type { SigningKeys } from './access/signingKeys.js';
import type { Config } from './config.js';
import type { Platform } from './context.js';
import type { Database } from './db/pool.js';

/** What gateways and workers of this process are made with. */
export function platformOf({ db, notifications }: Pick<Database, 'db' | 'notifications'>, config: Config, keys: SigningKeys): Platform {
  const { accessTokenTtl, refreshTokenTtl } = config;
  return { db, notifications, keys, accessTokenTtl, refreshTokenTtl };
}
