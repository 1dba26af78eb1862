import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { settings } from '../src/config/settings.js';
import { ConfigError, configHelp, configMarkdown, parseConfig } from '../src/config.js';

const variables = Object.values(settings).map(({ variable }) => variable);

/** Bytes that look random, the same in every run. */
function bytes(length: number): Buffer {
  return createHash('shake256', { outputLength: length }).update('tenantry').digest();
}

function problemsOf(env: Record<string, string>): ConfigError {
  try {
    parseConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('The configuration was taken.');
}

describe('parseConfig', () => {
  it('gives every documented default for an empty environment', () => {
    expect(parseConfig({})).toEqual({
      port: 4000,
      role: 'all',
      shardPoolSize: 4,
      shardMaxConnections: 40,
      host: '127.0.0.1',
      publicUrl: 'http://localhost:4000',
      dataDir: './data',
      databaseUrl: undefined,
      databaseReadUrl: undefined,
      databasePoolSize: 10,
      databaseAcquireTimeout: 2000,
      databaseStatementTimeout: 5000,
      auditExports: 2,
      auditSigningKeys: undefined,
      auditCheckpointFile: undefined,
      auditCheckpointWebhook: undefined,
      adminEmail: 'admin@example.com',
      adminPassword: undefined,
      demoData: true,
      jwtKeys: undefined,
      jwtIssuer: 'tenantry',
      jwtAudience: 'tenantry',
      openIdIssuer: undefined,
      openIdAudience: 'tenantry',
      accessTokenTtl: 900,
      jobEventsTtl: 2_592_000,
      refreshTokenTtl: 2_592_000,
      authWebhookUrl: undefined,
      authWebhookSecret: undefined,
      corsOrigins: [],
      allowedHosts: [],
      trustProxy: false,
      logLevel: 'info',
      logFormat: 'auto',
      drainTimeout: 10_000,
      drainDelay: 0,
      maxInFlight: 1_000,
      maxWait: 250,
    });
  });

  it('reads every kind of value', () => {
    const secret = bytes(32);
    const config = parseConfig({
      PORT: '80',
      PUBLIC_URL: 'https://Tenants.example.com/',
      DATABASE_URL: 'postgresql://app:p%40ss@db:5432/tenantry',
      DEMO_DATA: 'false',
      JWT_KEYS: `new:${secret.toString('base64url')}, old:${bytes(48).toString('base64url')}`,
      CORS_ORIGINS: 'https://app.example.com, http://localhost:5173',
      ALLOWED_HOSTS: 'API.example.com,[fd00::1]',
      TRUST_PROXY: '10.0.0.0/8, loopback, ::1',
      LOG_FORMAT: 'json',
      HOME: '/root',
    });
    expect(config).toMatchObject({
      port: 80,
      publicUrl: 'https://tenants.example.com',
      databaseUrl: 'postgresql://app:p%40ss@db:5432/tenantry',
      demoData: false,
      corsOrigins: ['https://app.example.com', 'http://localhost:5173'],
      allowedHosts: ['api.example.com', '[fd00::1]'],
      trustProxy: ['10.0.0.0/8', 'loopback', '::1'],
      logFormat: 'json',
    });
    expect(config.jwtKeys?.map(({ kid }) => kid)).toEqual(['new', 'old']);
    expect(config.jwtKeys?.[0].secret.equals(secret)).toBe(true);
    expect(config).not.toHaveProperty('HOME');
  });

  it('follows PORT in the default of PUBLIC_URL, and takes an empty variable for an absent one', () => {
    expect(parseConfig({ PORT: '8123' }).publicUrl).toBe('http://localhost:8123');
    expect(parseConfig({ PORT: '', DATABASE_URL: '', DEMO_DATA: '' })).toEqual(parseConfig({}));
    expect(parseConfig({ TRUST_PROXY: '2' }).trustProxy).toBe(2);
  });

  it('is frozen to the last list', () => {
    const config = parseConfig({ CORS_ORIGINS: 'https://a.example' });
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.corsOrigins)).toBe(true);
  });

  const weak = (bytes: Buffer) => `k:${bytes.toString('base64url')}`;
  const whsec = (bytes: Buffer) => `whsec_${bytes.toString('base64')}`;

  it('takes the address and the secrets of the auth provider together, and neither alone', () => {
    const webhook = {
      AUTH_WEBHOOK_URL: 'https://idp.example.com/hook?tenant=1',
      AUTH_WEBHOOK_SECRET: `${whsec(bytes(32))}, ${whsec(bytes(24))}`,
    };
    const config = parseConfig(webhook);
    expect(config.authWebhookUrl).toBe(webhook.AUTH_WEBHOOK_URL);
    expect(config.authWebhookSecret?.map(({ length }) => length)).toEqual([32, 24]);
    expect(parseConfig({ ...webhook, AUTH_WEBHOOK_URL: 'http://localhost:9000/' }).authWebhookUrl).toBe('http://localhost:9000/');
    for (const variable of ['AUTH_WEBHOOK_URL', 'AUTH_WEBHOOK_SECRET']) {
      const { problems, message } = problemsOf({ ...webhook, [variable]: '' });
      expect(problems.map((problem) => problem.variable)).toEqual([variable]);
      expect(message).toBe('AUTH_WEBHOOK_URL and AUTH_WEBHOOK_SECRET are set together.');
    }
  });

  it.each([
    ['PORT', '80x'],
    ['PORT', '8e3'],
    ['PORT', '-1'],
    ['PORT', '65536'],
    ['PORT', ' 80'],
    ['PORT', '0x50'],
    ['PORT', '08'],
    ['PUBLIC_URL', 'ftp://example.com'],
    ['PUBLIC_URL', 'https://user:pass@example.com'],
    ['PUBLIC_URL', 'https://example.com/?a=1'],
    ['DATABASE_URL', 'mysql://db/app'],
    ['DATABASE_POOL_SIZE', '0'],
    ['ADMIN_EMAIL', 'admin'],
    ['ADMIN_PASSWORD', 'elevenchars'],
    ['DEMO_DATA', 'yes'],
    ['JWT_KEYS', 'k'],
    ['JWT_KEYS', weak(bytes(31))],
    ['JWT_KEYS', weak(Buffer.alloc(32))],
    ['JWT_KEYS', weak(Buffer.alloc(64, 'a'))],
    ['JWT_KEYS', weak(Buffer.from('0123456789abcdef0123456789abcdef'))],
    ['JWT_KEYS', `k:${bytes(32).toString('hex')}=`],
    ['JWT_KEYS', `${weak(bytes(32))},${weak(bytes(32))}`],
    ['JWT_KEYS', `${weak(bytes(32))},`],
    ['AUTH_WEBHOOK_URL', 'http://idp.example.com/hook'],
    ['AUTH_WEBHOOK_URL', 'https://me:sesame@idp.example.com/hook'],
    ['AUTH_WEBHOOK_URL', 'idp.example.com'],
    ['AUTH_WEBHOOK_SECRET', bytes(32).toString('base64')],
    ['AUTH_WEBHOOK_SECRET', whsec(bytes(23))],
    ['AUTH_WEBHOOK_SECRET', whsec(bytes(65))],
    ['AUTH_WEBHOOK_SECRET', whsec(Buffer.alloc(32))],
    ['AUTH_WEBHOOK_SECRET', `${whsec(bytes(32))},`],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'null'],
    ['CORS_ORIGINS', 'https://app.example.com/'],
    ['CORS_ORIGINS', 'https://app.example.com:443'],
    ['CORS_ORIGINS', 'https://a.example,,https://b.example'],
    ['ALLOWED_HOSTS', 'example.com:4000'],
    ['ALLOWED_HOSTS', 'a b'],
    ['TRUST_PROXY', 'true'],
    ['TRUST_PROXY', '0'],
    ['TRUST_PROXY', '0.0.0.0/0'],
    ['TRUST_PROXY', '10.0.0.0/33'],
    ['LOG_LEVEL', 'INFO'],
    ['LOG_FORMAT', 'text'],
    ['DRAIN_TIMEOUT', '10s'],
  ])('refuses %s=%s and names the variable', (variable, value) => {
    const { problems, message } = problemsOf({ [variable]: value });
    expect(problems.map((problem) => problem.variable)).toEqual([variable]);
    expect(message).toMatch(new RegExp(`^${variable} must be .+\\.$`));
  });

  it('names every wrong variable at once and repeats no secret', () => {
    const { problems, message } = problemsOf({
      PORT: 'eighty',
      ADMIN_PASSWORD: 'hunter2',
      DATABASE_URL: 'db-password-4711',
      JWT_KEYS: 'kid:swordfish',
      PUBLIC_URL: 'https://me:sesame@example.com',
    });
    expect(problems.map(({ variable }) => variable).sort()).toEqual(['ADMIN_PASSWORD', 'DATABASE_URL', 'JWT_KEYS', 'PORT', 'PUBLIC_URL']);
    expect(message).toContain('PORT must be a whole number from 0 to 65535. It is "eighty".');
    for (const secret of ['hunter2', '4711', 'swordfish', 'sesame']) expect(message).not.toContain(secret);
  });
});

describe('documentation', () => {
  it('of --help lists every variable in aligned columns of at most 100 characters', () => {
    const lines = configHelp().split('\n');
    for (const variable of variables) expect(lines.some((line) => line.startsWith(`  ${variable} `))).toBe(true);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(lines).toContain('  PORT                        Port to listen on; 0 takes a free one. [4000]');
  });

  it('in Markdown has a row of three cells for every variable', () => {
    const rows = configMarkdown().trim().split('\n').slice(2);
    expect(rows.map((row) => /^\| `(\w+)` \| (?:`[^`]+`)? ?\| [^|]+ \|$/.exec(row)?.[1])).toEqual(variables);
  });
});
