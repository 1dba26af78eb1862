import { openIdIssuer } from './access/openIdIssuer.js';
import type { SigningKeys } from './access/signingKeys.js';
import { authProviderOf } from './authProvider/authProviderOf.js';
import type { Config } from './config.js';
import type { Platform } from './context.js';
import type { Database } from './db/pool.js';

/** What gateways and workers of this process are made with. */
export function platformOf({ db }: Pick<Database, 'db'>, config: Config, keys: SigningKeys): Platform {
  const { accessTokenTtl, refreshTokenTtl, openIdIssuer: issuer, openIdAudience: audience } = config;
  const openId = issuer === undefined ? undefined : openIdIssuer(issuer, audience);
  return { db, keys, openId, authProvider: authProviderOf(config), accessTokenTtl, refreshTokenTtl };
}
