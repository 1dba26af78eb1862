import { isIP } from 'node:net';
import type { SigningKey } from '../access/signingKeys.js';
import type { ShardKey } from '../tenancy/shardKeys.js';
import { list, type Reader } from './reader.js';

// A name, an IPv4 address or a bracketed IPv6 address, as a Host header spells it, without the port.
const hostname = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*\.?|\[[0-9a-f:.]+\])$/;

/** The names that a Host header may carry, in lower case; `*` stands for any. */
export const hosts: Reader<readonly string[]> = list(
  {
    expected: 'a host name',
    read(text) {
      const name = text.toLowerCase();
      return name === '*' || hostname.test(name) ? name : undefined;
    },
  },
  'host names without a port, separated by commas, or *',
);

/** Origins in the one spelling that browsers send: RFC 6454 §6.2. */
export const origins: Reader<readonly string[]> = list(
  { expected: 'an origin', read: (text) => (urlOf(text)?.origin === text ? text : undefined) },
  'origins such as https://app.example.com, in lower case, with no path, separated by commas',
);

/** An address that browsers open. A slash at its end is dropped. */
export const publicUrl: Reader<string> = {
  expected: 'an http or https address without user, password, query or fragment',
  read(text) {
    const url = urlOf(text);
    if (!url || url.username || url.password || /[?#]/.test(text)) return undefined;
    return url.href.replace(/\/+$/, '');
  },
};

/** OpenID Connect Core §2: an https address without query or fragment; http only where it does not leave the machine. */
export const openIdIssuerUrl: Reader<string> = {
  expected: 'an https address without user, password, query or fragment, as the provider spells its issuer',
  read(text) {
    const url = urlOf(text);
    if (!url || url.username || url.password || /[?#]/.test(text)) return undefined;
    const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
    return url.protocol === 'https:' || isLocal ? text : undefined;
  },
};

/** A PostgreSQL connection string. */
export const databaseUrl: Reader<string> = {
  expected: 'an address such as postgres://user:password@host:5432/database',
  read: (text) => (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text) ? text : undefined),
};

/** As HTML defines a valid address; the 254 characters are those of RFC 5321 §4.5.3.1.3 without the angle brackets. */
export const emailAddress: Reader<string> = {
  expected: 'an email address',
  read: (text) =>
    text.length <= 254 && /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)*$/.test(text) ? text : undefined,
};

/** Whose X-Forwarded headers are believed: nobody's, the last so many proxies', or those of proxies in these networks. */
export type TrustProxy = false | number | readonly string[];

const namedNetworks = new Set(['loopback', 'linklocal', 'uniquelocal']);

const networks = list<string>(
  { expected: 'a network', read: (text) => (namedNetworks.has(text) || isNetwork(text) ? text : undefined) },
  '',
);

export const trustProxy: Reader<TrustProxy> = {
  expected: 'false, a number of hops from 1 to 32, or addresses and networks such as 10.0.0.0/8, separated by commas',
  read(text) {
    if (text === 'false') return false;
    if (!/^\d+$/.test(text)) return networks.read(text);
    const hops = Number(text);
    return hops >= 1 && hops <= 32 ? hops : undefined;
  },
};

/** `kid:secret` pairs, the secrets in unpadded base64url. */
export const signingKeyList: Reader<readonly [SigningKey, ...SigningKey[]]> = {
  expected:
    'kid:secret pairs separated by commas, each kid different, each secret at least 32 random bytes in base64url, ' +
    "such as node -p \"'k1:' + crypto.randomBytes(32).toString('base64url')\" prints",
  read(text) {
    const [first, ...others] = text.split(',').map((pair) => signingKey(pair.trim()));
    if (!first) return undefined;
    const rest = others.filter((key) => key !== undefined);
    const kids = new Set([first, ...rest].map((key) => key.kid));
    return rest.length === others.length && kids.size === others.length + 1 ? [first, ...rest] : undefined;
  },
};

/** `version:secret` pairs, the secrets of 32 bytes in unpadded base64url. */
export const shardKeyList: Reader<readonly [ShardKey, ...ShardKey[]]> = {
  expected:
    'version:secret pairs separated by commas, each version a different whole number from 1, each secret 32 random bytes in base64url, ' +
    "such as node -p \"'1:' + crypto.randomBytes(32).toString('base64url')\" prints",
  read(text) {
    const [first, ...others] = text.split(',').map((pair) => shardKey(pair.trim()));
    if (!first) return undefined;
    const rest = others.filter((key) => key !== undefined);
    const versions = new Set([first, ...rest].map(({ version }) => version));
    return rest.length === others.length && versions.size === others.length + 1 ? [first, ...rest] : undefined;
  },
};

function shardKey(pair: string): ShardKey | undefined {
  const [, version, encoded = ''] = /^([1-9]\d{0,8}):([A-Za-z0-9_-]{43})$/.exec(pair) ?? [];
  const secret = Buffer.from(encoded, 'base64url');
  if (version === undefined || secret.toString('base64url') !== encoded || isWeak(secret)) return undefined;
  return { version: Number(version), secret };
}

function signingKey(pair: string): SigningKey | undefined {
  const [, kid, encoded] = /^([A-Za-z0-9._-]{1,64}):([A-Za-z0-9_-]+)$/.exec(pair) ?? [];
  if (kid === undefined || encoded === undefined) return undefined;
  const secret = Buffer.from(encoded, 'base64url');
  // A text that doesn't come out again as it went in is no base64url, or has bits that nobody reads.
  if (secret.toString('base64url') !== encoded) return undefined;
  // RFC 7518 §3.2: HS256 asks for a key at least as long as its hash.
  return secret.length >= 32 && !isWeak(secret) ? { kid, secret } : undefined;
}

/** Whether few different bytes make up the secret, or a shorter one repeated does. Random secrets never look like this. */
function isWeak(secret: Buffer): boolean {
  if (new Set(secret).size < 8) return true;
  for (let period = 1; period <= secret.length / 2; period++) {
    if (secret.subarray(period).equals(secret.subarray(0, -period))) return true;
  }
  return false;
}

const thisMachine = new Set(['localhost', '127.0.0.1', '[::1]']);

/** An address that secrets are sent to: encrypted, where the way there leaves the machine. */
export const webhookUrl: Reader<string> = {
  expected: 'an https address, or an http address of localhost, without user, password or fragment',
  read(text) {
    const url = urlOf(text);
    if (!url || url.username || url.password || text.includes('#')) return undefined;
    return url.protocol === 'https:' || thisMachine.has(url.hostname) ? url.href : undefined;
  },
};

/** Secrets in the spelling of Standard Webhooks; at least one. */
export const webhookSecrets: Reader<readonly Buffer[]> = {
  expected:
    'secrets separated by commas, each whsec_ and 24 to 64 random bytes in base64, ' +
    "such as node -p \"'whsec_' + crypto.randomBytes(32).toString('base64')\" prints",
  read(text) {
    const secrets = text.split(',').map((secret) => webhookSecret(secret.trim()));
    const read = secrets.filter((secret) => secret !== undefined);
    return read.length === secrets.length ? read : undefined;
  },
};

function webhookSecret(text: string): Buffer | undefined {
  const [, encoded] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  if (encoded === undefined) return undefined;
  const secret = Buffer.from(encoded, 'base64');
  if (secret.toString('base64') !== encoded) return undefined;
  return secret.length >= 24 && secret.length <= 64 && !isWeak(secret) ? secret : undefined;
}

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return false;
  // A prefix of 0 would trust everybody, which is never meant.
  return prefix === undefined || (/^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128));
}

function urlOf(text: string): URL | undefined {
  if (!/^https?:\/\/[^\s]+$/i.test(text) || !URL.canParse(text)) return undefined;
  return new URL(text);
}
