import { isIPv6 } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../config.js';
import { countOf } from './headerCount.js';
import { HttpRefusal } from './httpRefusal.js';

/** Judges a host with or without a port, as a request names it. @throws HttpRefusal 400 where it is none */
export type HostRule = (host: string) => boolean;

/** Spellings of allowed hosts that are known again, so that requests, which name the same one, cost no parsing. */
const maxKnown = 100;

/** The names that the configuration allows in a Host header: those that are listed, and the gateway's own. */
export function hostRule({ allowedHosts, host, publicUrl }: Pick<Config, 'allowedHosts' | 'host' | 'publicUrl'>): HostRule {
  const own = isIPv6(host) ? `[${host}]` : host;
  const names = new Set(['localhost', '127.0.0.1', '[::1]', own.toLowerCase(), new URL(publicUrl).hostname, ...allowedHosts]);
  const allowsAll = allowedHosts.includes('*');
  const known = new Set<string>();
  return (text) => {
    if (known.has(text)) return true;
    const name = nameIn(text);
    if (!allowsAll && !names.has(name)) return false;
    if (known.size < maxKnown) known.add(text);
    return true;
  };
}

// RFC 3986 §3.2.2, without the percent-encoding and the sub-delimiters that no name in use has. Underscores occur inside of networks.
const authority = /^([a-z0-9_](?:[a-z0-9_.-]{0,253}[a-z0-9_.])?|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;

/** Probes come by address, from orchestrators that know no name. */
const probes: ReadonlySet<string> = new Set(['/livez', '/readyz']);

/**
 * Checks for which host a request is meant, so that a page of another site can't reach the gateway through a name of its own that
 * resolves to it (DNS rebinding), and so that what is behind can build addresses from it.
 * @throws HttpRefusal 400 for a Host header that is missing, doubled or malformed (RFC 9112 §3.2); 421 for a name that is not allowed
 */
export function requireHost(request: FastifyRequest, allows: HostRule): void {
  if (countOf(request, 'host') !== 1) throw new HttpRefusal(400, 'INVALID_HOST', 'The request must carry exactly one Host header.');
  // `request.host` is what a trusted proxy forwarded, or the Host header again.
  const areAllowed = [request.raw.headers.host ?? '', request.host, ...targetAuthority(request)].map(allows);
  if (request.protocol !== 'http' && request.protocol !== 'https') {
    throw new HttpRefusal(400, 'INVALID_HOST', 'The X-Forwarded-Proto header must be http or https.');
  }
  if (probes.has(request.routeOptions.url ?? '')) return;
  if (areAllowed.includes(false)) {
    throw new HttpRefusal(421, 'MISDIRECTED_REQUEST', 'This server does not answer for the host that the request names.');
  }
}

/** RFC 9112 §3.2.2: a target such as `http://name/path` names a host too. */
function targetAuthority(request: FastifyRequest): string[] {
  const target = request.raw.url ?? '';
  if (target.startsWith('/') || target === '*') return [];
  return [/^https?:\/\/([^/?#]*)/i.exec(target)?.[1] ?? ''];
}

function nameIn(text: string): string {
  const name = authority.exec(text)?.[1]?.toLowerCase();
  if (name === undefined || !URL.canParse(`http://${text}/`)) {
    throw new HttpRefusal(400, 'INVALID_HOST', 'The Host header is not a host name with an optional port.');
  }
  return name;
}
