import type { FastifyServerOptions } from 'fastify';
import type { TrustProxy } from '../config/readers.js';

/**
 * The configuration's proxies as Fastify takes them. A number trusts the last so many hops, whatever their addresses: Fastify
 * itself trusts none then, because it can't know that the gateway is reached through the proxies alone.
 */
export function trustedProxies(proxies: TrustProxy): FastifyServerOptions['trustProxy'] {
  if (proxies === false) return false;
  if (typeof proxies === 'number') return (_address: string, hop: number) => hop < proxies;
  return [...proxies];
}
