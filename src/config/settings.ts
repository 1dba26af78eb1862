import { boolean, integer, oneOf, text } from './reader.js';
import {
  databaseUrl,
  emailAddress,
  hosts,
  openIdIssuerUrl,
  origins,
  publicUrl,
  shardKeyList,
  signingKeyList,
  trustProxy,
  webhookSecrets,
  webhookUrl,
} from './readers.js';
import type { Setting } from './setting.js';

const day = 86_400;

/** Every environment variable that the program reads, in the order in which they are documented. */
export const settings = {
  port: {
    variable: 'PORT',
    reader: integer(0, 65_535),
    default: '4000',
    meaning: 'Port to listen on; 0 takes a free one.',
  },
  host: {
    variable: 'HOST',
    reader: text(1, 255),
    default: '127.0.0.1',
    meaning: 'Address to listen on; 0.0.0.0 for all.',
  },
  publicUrl: {
    variable: 'PUBLIC_URL',
    reader: publicUrl,
    shownDefault: 'http://localhost:PORT',
    // An address that is refused because it carries a password must not be repeated.
    secret: true,
    meaning: 'Address under which clients reach the gateway.',
  },
  role: {
    variable: 'ROLE',
    reader: oneOf('all', 'gateway', 'worker'),
    default: 'all',
    meaning: 'What this process does: gateway answers requests, worker does what is done in the background, all does both.',
  },
  dataDir: {
    variable: 'DATA_DIR',
    reader: text(1, 4_096),
    default: './data',
    meaning: 'Folder of the embedded database and of generated keys.',
  },
  databaseUrl: {
    variable: 'DATABASE_URL',
    reader: databaseUrl,
    secret: true,
    meaning: 'PostgreSQL 15 or later to use; where absent, an embedded PostgreSQL runs in DATA_DIR.',
  },
  databaseReadUrl: {
    variable: 'DATABASE_READ_URL',
    reader: databaseUrl,
    secret: true,
    meaning:
      'A streaming standby of the database, from which gateways answer reads by callers who see all that they have changed there; where absent, the database answers all.',
  },
  databasePoolSize: {
    variable: 'DATABASE_POOL_SIZE',
    reader: integer(1, 1_000),
    default: '10',
    meaning: 'Connections to the database, at most; as many again to the standby.',
  },
  databaseAcquireTimeout: {
    variable: 'DATABASE_ACQUIRE_TIMEOUT',
    reader: integer(1, 600_000, 'milliseconds'),
    default: '2000',
    meaning: 'Milliseconds that a request waits for a connection before it is answered 503.',
  },
  databaseStatementTimeout: {
    variable: 'DATABASE_STATEMENT_TIMEOUT',
    reader: integer(1, 3_600_000, 'milliseconds'),
    default: '5000',
    meaning: 'Milliseconds after which the database cancels a statement.',
  },
  auditExports: {
    variable: 'AUDIT_EXPORTS',
    reader: integer(1, 100),
    default: '2',
    meaning: 'Exports of the audit trail that run at once in a process, at most; each has a database connection of its own.',
  },
  auditSigningKeys: {
    variable: 'AUDIT_SIGNING_KEYS',
    reader: signingKeyList,
    secret: true,
    meaning:
      'Ed25519 keys of the audit seal as kid:base64url-seed, separated by commas: the first signs, all verify. A seed has 32 bytes. Where absent, one key is generated and kept in DATA_DIR.',
  },
  auditCheckpointFile: {
    variable: 'AUDIT_CHECKPOINT_FILE',
    reader: text(1, 4_096),
    meaning: 'File to which the worker appends each checkpoint of the audit seal; best on another machine’s disk.',
  },
  auditCheckpointWebhook: {
    variable: 'AUDIT_CHECKPOINT_WEBHOOK',
    reader: webhookUrl,
    secret: true,
    meaning: 'Address to which the worker posts each checkpoint of the audit seal: https, or this machine.',
  },
  shardPoolSize: {
    variable: 'SHARD_POOL_SIZE',
    reader: integer(1, 100),
    default: '4',
    meaning: 'Connections to one shard, at most.',
  },
  shardMaxConnections: {
    variable: 'SHARD_MAX_CONNECTIONS',
    reader: integer(1, 10_000),
    default: '40',
    meaning: 'Connections to all shards together, at most; a worker in the same process may have as many again.',
  },
  shardKeys: {
    variable: 'SHARD_KEYS',
    reader: shardKeyList,
    secret: true,
    meaning:
      'Keys that the addresses of shards are encrypted with, as version:base64url-secret, separated by commas: the highest version encrypts, all decrypt. Secrets have 32 bytes. Where absent, keys are generated and kept in DATA_DIR.',
  },
  adminEmail: {
    variable: 'ADMIN_EMAIL',
    reader: emailAddress,
    default: 'admin@example.com',
    meaning: 'Email address of the first platform admin, made with a new database.',
  },
  adminPassword: {
    variable: 'ADMIN_PASSWORD',
    reader: text(12, 1_024),
    secret: true,
    meaning: 'Password of the first platform admin, at least 12 characters; where absent, one is generated and printed once.',
  },
  demoData: {
    variable: 'DEMO_DATA',
    reader: boolean,
    default: 'true',
    meaning: 'Whether a new database is filled with demo data.',
  },
  jwtKeys: {
    variable: 'JWT_KEYS',
    reader: signingKeyList,
    secret: true,
    meaning:
      'Keys of access tokens as kid:base64url-secret, separated by commas: the first signs, all verify. Secrets have at least 32 bytes. Where absent, one key is generated and kept in DATA_DIR.',
  },
  jwtIssuer: {
    variable: 'JWT_ISSUER',
    reader: text(1, 255),
    default: 'tenantry',
    meaning: 'The iss claim of access tokens.',
  },
  jwtAudience: {
    variable: 'JWT_AUDIENCE',
    reader: text(1, 255),
    default: 'tenantry',
    meaning: 'The aud claim of access tokens.',
  },
  openIdIssuer: {
    variable: 'OIDC_ISSUER',
    reader: openIdIssuerUrl,
    secret: true,
    meaning:
      'Issuer of an OpenID Connect provider whose access tokens are taken for the users that are linked to it; where absent, none is.',
  },
  openIdAudience: {
    variable: 'OIDC_AUDIENCE',
    reader: text(1, 2_048),
    default: 'tenantry',
    meaning: 'The aud claim that the provider’s access tokens must have.',
  },
  accessTokenTtl: {
    variable: 'ACCESS_TOKEN_TTL',
    reader: integer(1, day, 'seconds'),
    default: '900',
    meaning: 'Seconds for which an access token holds.',
  },
  refreshTokenTtl: {
    variable: 'REFRESH_TOKEN_TTL',
    reader: integer(1, 366 * day, 'seconds'),
    default: '2592000',
    meaning: 'Seconds for which a refresh token holds.',
  },
  jobEventsTtl: {
    variable: 'JOB_EVENTS_TTL',
    reader: integer(60, 10 * 366 * day, 'seconds'),
    default: '2592000',
    meaning: 'Seconds for which the events of a job are kept when it has ended; its last event stays as long as the job.',
  },
  authWebhookUrl: {
    variable: 'AUTH_WEBHOOK_URL',
    reader: webhookUrl,
    shownDefault: 'none',
    // What stands in its path or query may be a secret of the receiver's.
    secret: true,
    meaning:
      'Address that is told of users who are blocked and unblocked, of emails to verify and of passwords to reset; https, or http on this machine. Where absent, nothing leaves.',
  },
  authWebhookSecret: {
    variable: 'AUTH_WEBHOOK_SECRET',
    reader: webhookSecrets,
    secret: true,
    meaning:
      'Secrets that sign what is sent to AUTH_WEBHOOK_URL, as whsec_ and 24 to 64 bytes in base64, separated by commas: each signs, so that one can be replaced with an overlap. Required with AUTH_WEBHOOK_URL.',
  },
  corsOrigins: {
    variable: 'CORS_ORIGINS',
    reader: origins,
    shownDefault: 'none',
    meaning: 'Origins whose pages may call the gateway from a browser, separated by commas; each is compared exactly.',
  },
  allowedHosts: {
    variable: 'ALLOWED_HOSTS',
    reader: hosts,
    shownDefault: 'none',
    meaning:
      'Names that a Host header may carry besides localhost, 127.0.0.1, [::1], HOST and the host of PUBLIC_URL, separated by commas; * for any.',
  },
  trustProxy: {
    variable: 'TRUST_PROXY',
    reader: trustProxy,
    default: 'false',
    meaning:
      'Proxies whose X-Forwarded headers are believed: false, their addresses and networks separated by commas, or the number of hops where the gateway can only be reached through them.',
  },
  logLevel: {
    variable: 'LOG_LEVEL',
    reader: oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    default: 'info',
    meaning: 'Least severe level that is logged: fatal, error, warn, info, debug, trace or silent.',
  },
  logFormat: {
    variable: 'LOG_FORMAT',
    reader: oneOf('auto', 'pretty', 'json'),
    default: 'auto',
    meaning: 'How log lines look: pretty, json, or auto for pretty on a terminal and JSON elsewhere.',
  },
  maxInFlight: {
    variable: 'MAX_REQUESTS_IN_FLIGHT',
    reader: integer(1, 100_000),
    default: '1000',
    meaning:
      'Requests that are worked on at once, at most; fewer where the process falls behind. What comes beyond is answered 503 at once.',
  },
  maxWait: {
    variable: 'MAX_WAIT',
    reader: integer(1, 600_000, 'milliseconds'),
    default: '250',
    meaning:
      'Milliseconds that a request may have to wait, for a connection to the database or for the process; one that would wait longer is answered 503 at once.',
  },
  drainTimeout: {
    variable: 'DRAIN_TIMEOUT',
    reader: integer(0, 600_000, 'milliseconds'),
    default: '10000',
    meaning: 'Milliseconds that a stop waits for requests in flight before it cuts them off.',
  },
  drainDelay: {
    variable: 'DRAIN_DELAY',
    reader: integer(0, 600_000, 'milliseconds'),
    default: '0',
    meaning:
      'Milliseconds that a stop goes on taking connections while /readyz says 503. Behind a load balancer: longer than it takes to notice, which is its interval times the failures it wants to see.',
  },
} as const satisfies Readonly<Record<string, Setting<unknown>>>;
