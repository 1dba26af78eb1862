import type { BaseLogger } from 'pino';
import { openIdIssuer } from './access/openIdIssuer.js';
import type { SigningKeys } from './access/signingKeys.js';
import { repeatCounterOf } from './audit/repeats/repeatCounter.js';
import { sealingOf } from './audit/seal/sealing.js';
import { trailEndOf } from './audit/tail/trailEnd.js';
import { authProviderOf } from './authProvider/authProviderOf.js';
import type { Config } from './config.js';
import type { Platform } from './context.js';
import { copiesOf } from './db/copies.js';
import type { Database } from './db/pool.js';
import type { Standby } from './db/standby.js';
import type { Tenancy } from './tenancy/tenancy.js';

/** What gateways and workers of this process are made with. */
export function platformOf(
  { db, url, notifications }: Pick<Database, 'db' | 'url' | 'notifications'>,
  tenancy: Tenancy,
  config: Config,
  keys: SigningKeys,
  log: Pick<BaseLogger, 'warn'>,
  standby?: Standby,
): Platform {
  const { accessTokenTtl, refreshTokenTtl, jobEventsTtl, openIdIssuer: issuer, openIdAudience: audience } = config;
  return {
    db,
    standby,
    notifications,
    keys,
    openId: issuer === undefined ? undefined : openIdIssuer(issuer, audience),
    authProvider: authProviderOf(config),
    shardKeys: tenancy.keys,
    shardPools: tenancy.pools,
    accessTokenTtl,
    refreshTokenTtl,
    jobEventsTtl,
    sealing: sealingOf(config),
    repeats: repeatCounterOf(db, log),
    trailEnd: trailEndOf(db),
    copies: copiesOf(url, config.auditExports),
  };
}
