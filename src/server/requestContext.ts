import type { FastifyRequest } from 'fastify';
import { findStanding } from '../access/findActor.js';
import type { Context, Platform } from '../context.js';
import { requestConditions } from './requestConditions.js';

/**
 * Makes the context of a request: who calls, in one statement, and where from.
 * @throws Unauthenticated for a credential that does not hold
 * @throws Invalid naming a header that makes a change conditional and can't be read
 * @throws Unavailable where the database does not answer
 */
export async function requestContext(platform: Platform, request: FastifyRequest): Promise<Context> {
  const { actor, enforcement, newestChange } = await findStanding(platform, request.headers.authorization);
  // Member by member: to spread the platform, and add to it, takes 13 µs and 8.6 kB; this takes 0.1 µs and 1 kB.
  return {
    db: platform.db,
    standby: platform.standby,
    notifications: platform.notifications,
    keys: platform.keys,
    openId: platform.openId,
    authProvider: platform.authProvider,
    sealing: platform.sealing,
    repeats: platform.repeats,
    trailEnd: platform.trailEnd,
    copies: platform.copies,
    shardKeys: platform.shardKeys,
    shardPools: platform.shardPools,
    accessTokenTtl: platform.accessTokenTtl,
    refreshTokenTtl: platform.refreshTokenTtl,
    jobEventsTtl: platform.jobEventsTtl,
    conditions: request.method === 'GET' || request.method === 'HEAD' ? null : requestConditions(request, platform.keys),
    actor,
    enforcement,
    reads: platform.db,
    newestChange,
    origin: { traceId: request.traceId, ipAddress: request.ip, userAgent: request.headers['user-agent'] ?? null },
    log: request.log,
    loaders: new Map(),
    violations: new Map(),
    denials: new Map(),
  };
}
