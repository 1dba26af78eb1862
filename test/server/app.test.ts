import { afterEach, describe, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { Conflict, Unauthenticated, Unavailable } from '../../src/errors.js';
import { type AppParts, type AppUnderTest, anApp, Client, exchange, listening } from './appUnderTest.js';

const open: FastifyInstance[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()));
});

async function started(parts?: AppParts): Promise<AppUnderTest> {
  const made = await anApp(parts);
  open.push(made.app);
  return made;
}

/** Routes that fail in each way. */
async function failing(app: FastifyInstance): Promise<void> {
  app.get('/defect', async () => {
    throw new Error('the secret is swordfish');
  });
  app.get('/conflict', async () => {
    throw new Conflict('The slug is taken.');
  });
  app.get('/busy', async () => {
    throw new Unavailable('The service is busy.', 7);
  });
  app.get('/who', async () => {
    throw new Unauthenticated();
  });
  app.post('/echo', async (request) => ({ body: request.body }));
  app.get('/things/:id', async (request) => ({ trace: request.traceId, ip: request.ip, host: request.host }));
  app.get('/page', async (_request, reply) => reply.header('content-security-policy', "default-src 'self'").send('page'));
}

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';

describe('every response', () => {
  it.each(['/livez', '/things/1', '/nowhere', '/defect', '/things/%zz', `/things/${'x'.repeat(257)}`])(
    'of %s carries the security headers and a traceparent',
    async (url) => {
      const { app } = await started({ register: failing });
      const { headers } = await app.inject({ url });
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      });
      expect(headers.traceparent).toMatch(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-01$/);
    },
  );

  it('leaves a policy that a page has set', async () => {
    const { app } = await started({ register: failing });
    expect((await app.inject('/page')).headers['content-security-policy']).toBe("default-src 'self'");
  });
});

describe('traceparent', () => {
  async function traceFor(traceparent: string): Promise<{ given: string; seen: string }> {
    const { app } = await started({ register: failing });
    const response = await app.inject({ url: '/things/1', headers: { traceparent } });
    return { given: String(response.headers.traceparent).split('-')[1] ?? '', seen: response.json().trace };
  }

  it.each([`00-${trace}-00f067aa0ba902b7-01`, `00-${trace}-00f067aa0ba902b7-00`, `cc-${trace}-00f067aa0ba902b7-01-later`])(
    '%s is continued',
    async (header) => {
      expect(await traceFor(header)).toEqual({ given: trace, seen: trace });
    },
  );

  it.each([
    '',
    'x',
    `00-${trace}-00f067aa0ba902b7-01-more`,
    `00-${trace}-0000000000000000-01`,
    `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`,
    `ff-${trace}-00f067aa0ba902b7-01`,
    `00-${trace.toUpperCase()}-00f067aa0ba902b7-01`,
    `00-${trace}-00f067aa0ba902b7-1`,
    `00-${trace}-00f067aa0ba902b7-01, 00-${trace}-00f067aa0ba902b7-01`,
  ])('%p is replaced by a new trace', async (header) => {
    const { given, seen } = await traceFor(header);
    expect(given).toMatch(/^[0-9a-f]{32}$/);
    expect(given).not.toBe(trace);
    expect(seen).toBe(given);
  });
});

describe('errors', () => {
  it.each([
    ['GET', '/nowhere?token=swordfish', 404, 'NOT_FOUND', 'There is no GET /nowhere.'],
    ['GET', '/conflict', 409, 'CONFLICT', 'The slug is taken.'],
    ['GET', '/busy', 503, 'UNAVAILABLE', 'The service is busy.'],
    ['GET', '/who', 401, 'UNAUTHENTICATED', 'Sign in: a valid bearer token is required.'],
    ['GET', '/defect', 500, 'INTERNAL', 'Something went wrong here. Quote the trace id when you report it.'],
    ['GET', '/things/%zz', 404, 'NOT_FOUND', 'There is no GET /things/%zz.'],
  ] as const)('%s %s is %i %s', async (method, url, status, code, detail) => {
    const { app } = await started({ register: failing });
    const response = await app.inject({ method, url });
    const [, traceId] = String(response.headers.traceparent).split('-');
    expect(response.statusCode).toBe(status);
    expect(response.json()).toEqual({ detail, code, trace_id: traceId });
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it.each([
    ['application/json', '{', 400, 'INVALID_JSON'],
    ['application/json', '', 400, 'INVALID_JSON'],
    ['application/json', '{"__proto__": {"admin": true}}', 400, 'INVALID_JSON'],
    ['application/xml', '<a/>', 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['application/json', JSON.stringify('x'.repeat(1_048_576)), 413, 'BODY_TOO_LARGE'],
  ])('a body of %s %.10s is %i %s', async (type, payload, status, code) => {
    const { app } = await started({ register: failing });
    const response = await app.inject({ method: 'POST', url: '/echo', headers: { 'content-type': type }, payload });
    expect(response.statusCode).toBe(status);
    expect(response.json().code).toBe(code);
  });

  it('says when to try again, and which scheme is taken', async () => {
    const { app } = await started({ register: failing });
    expect((await app.inject('/busy')).headers['retry-after']).toBe('7');
    expect((await app.inject('/who')).headers['www-authenticate']).toBe('Bearer');
  });

  it('that are defects are logged with the stack and the trace id that was shown', async () => {
    const { app, lines } = await started({ register: failing });
    const response = await app.inject('/defect');
    expect(response.body).not.toContain('swordfish');
    const logged = lines().find((line) => line.level === 'error');
    expect(logged).toMatchObject({ trace_id: response.json().trace_id, err: { message: 'the secret is swordfish' } });
    expect(JSON.stringify(logged)).toContain('app.test');
  });
});

describe('the request log', () => {
  it('has one line a request, with nothing that the caller sent', async () => {
    const { app, lines, text } = await started({
      async register(scope) {
        await failing(scope);
        scope.get('/orgs/:id', async (request) => {
          request.operation = { surface: 'platform', name: 'platformOrg' };
          return {};
        });
      },
    });
    const headers = { traceparent: `00-${trace}-00f067aa0ba902b7-01`, authorization: 'Bearer swordfish', 'user-agent': 'swordfish' };
    await app.inject({ url: '/orgs/swordfish?token=swordfish', headers });
    await app.inject({ url: '/swordfish', headers });
    await app.inject({ method: 'POST', url: '/echo', headers, payload: { password: 'swordfish' } });
    expect(lines().filter((line) => 'duration_ms' in line)).toMatchObject([
      { level: 'info', trace_id: trace, method: 'GET', route: '/orgs/:id', status: 200, operation: 'platformOrg' },
      { level: 'info', trace_id: trace, method: 'GET', route: null, status: 404 },
      { level: 'info', trace_id: trace, method: 'POST', route: '/echo', status: 200 },
    ]);
    expect(text()).not.toContain('swordfish');
  });

  it('is for people where the format is pretty', async () => {
    const { app, text } = await started({ register: failing, env: { LOG_FORMAT: 'pretty' } });
    await app.inject({ url: '/things/1', headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` } });
    expect(text()).toMatch(new RegExp(`^\\[[\\d:.]+\\] INFO: GET /things/:id 200 {2}[\\d.]+ ms {2}trace ${trace}\n$`));
  });

  it('says that a caller went away', async () => {
    let reached = () => {};
    const isReached = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const { app, metrics, lines } = await started({
      async register(scope) {
        scope.get('/slow', async () => {
          reached();
          await new Promise((resolve) => setTimeout(resolve, 200));
          return {};
        });
      },
    });
    const client = await Client.to(await listening(app));
    client.say('GET /slow HTTP/1.1', 'Host: localhost');
    await isReached;
    client.socket.destroy();
    while (!lines().some((line) => line.route === '/slow')) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(lines().find((line) => line.route === '/slow')).toMatchObject({ status: null, msg: 'GET /slow aborted by the caller' });
    expect(await metrics.text()).toContain('tenantry_requests_total{surface="other",operation="other",outcome="aborted"} 1');
  });
});

describe('the Host header', () => {
  const env = { PUBLIC_URL: 'https://tenants.example.com', ALLOWED_HOSTS: 'api.internal' };

  it.each(['localhost', 'localhost:4000', 'LOCALHOST', '127.0.0.1:1', '[::1]:4000', 'tenants.example.com', 'api.internal:80'])(
    '%s is allowed',
    async (host) => {
      const { app } = await started({ env, register: failing });
      expect((await app.inject({ url: '/things/1', headers: { host } })).statusCode).toBe(200);
    },
  );

  it.each([
    ['[', 400],
    ['a b', 400],
    ['localhost:port', 400],
    ['localhost:99999', 400],
    ['user@localhost', 400],
    ['localhost/path', 400],
    ['[::1', 400],
    ['[:::::]', 400],
    ['evil.example', 421],
    ['localhost.evil.example', 421],
    ['127.0.0.2', 421],
  ])('%p is %i, whatever is asked', async (host, status) => {
    const { app } = await started({ env, register: failing });
    for (const url of ['/things/1', '/nowhere', '/metrics']) {
      const response = await app.inject({ url, headers: { host } });
      expect(response.statusCode).toBe(status);
      expect(response.json().code).toBe(status === 400 ? 'INVALID_HOST' : 'MISDIRECTED_REQUEST');
    }
  });

  it('may have any name for probes, and any at all where the configuration says so', async () => {
    const { app } = await started({ env });
    for (const url of ['/livez', '/readyz']) {
      expect((await app.inject({ url, headers: { host: '10.1.2.3:4000' } })).statusCode).toBe(200);
      expect((await app.inject({ url, headers: { host: 'a b' } })).statusCode).toBe(400);
    }
    const free = await started({ env: { ALLOWED_HOSTS: '*' } });
    expect((await free.app.inject({ url: '/metrics', headers: { host: 'evil.example' } })).statusCode).toBe(200);
    expect((await free.app.inject({ url: '/metrics', headers: { host: 'a b' } })).statusCode).toBe(400);
  });

  it('is needed once, on the wire', async () => {
    const { app } = await started({ env, register: failing });
    const port = await listening(app);
    expect(await exchange(port, 'GET /things/1 HTTP/1.1', 'Host: localhost')).toMatch(/^HTTP\/1.1 200 /);
    expect(await exchange(port, 'GET /things/1 HTTP/1.1')).toMatch(/^HTTP\/1.1 400 .*INVALID_HOST/s);
    expect(await exchange(port, 'GET /things/1 HTTP/1.0')).toMatch(/^HTTP\/1.1 400 .*INVALID_HOST/s);
    expect(await exchange(port, 'GET /things/1 HTTP/1.1', 'Host: localhost', 'host: localhost')).toMatch(/^HTTP\/1.1 400 .*INVALID_HOST/s);
    expect(await exchange(port, 'GET /things/1 HTTP/1.1', 'Host:')).toMatch(/^HTTP\/1.1 400 .*INVALID_HOST/s);
    expect(await exchange(port, 'GET http://evil.example/things/1 HTTP/1.1', 'Host: localhost')).toMatch(/^HTTP\/1.1 421 /);
    expect(await exchange(port, 'GET http://[/things/1 HTTP/1.1', 'Host: localhost')).toMatch(/^HTTP\/1.1 400 /);
    expect(await exchange(port, 'GET http://localhost:4000/things/1 HTTP/1.1', 'Host: localhost')).toMatch(/^HTTP\/1.1 200 /);
  });
});

describe('a header that may come once', () => {
  it.each(['Authorization: Bearer x', 'Content-Type: application/json'])('is refused where it comes twice: %s', async (header) => {
    const { app } = await started({ register: failing });
    const port = await listening(app);
    const [name = '', value] = header.split(':');
    for (const again of [header, `${name.toLowerCase()}:${value}y`, `${name.toUpperCase()}:`]) {
      expect(await exchange(port, 'GET /things/1 HTTP/1.1', 'Host: localhost', header, again)).toMatch(/^HTTP\/1.1 400 .*INVALID_HEADER/s);
    }
    expect(await exchange(port, 'GET /things/1 HTTP/1.1', 'Host: localhost', header)).toMatch(/^HTTP\/1.1 200 /);
  });
});

describe('proxies', () => {
  const forwarded = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-host': 'localhost' };

  it.each([
    ['false', '127.0.0.1'],
    ['1', '203.0.113.9'],
    ['127.0.0.0/8', '203.0.113.9'],
    ['10.0.0.0/8', '127.0.0.1'],
  ])('with TRUST_PROXY=%s the caller is %s', async (trust, ip) => {
    const { app } = await started({ env: { TRUST_PROXY: trust }, register: failing });
    expect((await app.inject({ url: '/things/1', headers: forwarded })).json().ip).toBe(ip);
  });

  it('that are trusted forward no host or protocol that the Host header could not have', async () => {
    const { app } = await started({ env: { TRUST_PROXY: 'loopback' }, register: failing });
    const statusWith = async (headers: Record<string, string>) => (await app.inject({ url: '/things/1', headers })).statusCode;
    expect(await statusWith({ 'x-forwarded-host': '[' })).toBe(400);
    expect(await statusWith({ 'x-forwarded-host': 'evil.example' })).toBe(421);
    expect(await statusWith({ 'x-forwarded-proto': 'a b' })).toBe(400);
    expect(await statusWith({ 'x-forwarded-proto': 'https', 'x-forwarded-host': 'localhost' })).toBe(200);
  });
});

describe('CORS', () => {
  const preflight = (origin: string) => ({
    method: 'OPTIONS' as const,
    url: '/echo',
    headers: { origin, 'access-control-request-method': 'POST' },
  });

  it('lets the configured origins in, and tells them what they may send and read', async () => {
    const { app } = await started({ env: { CORS_ORIGINS: 'https://app.example.com' }, register: failing });
    const { headers, statusCode } = await app.inject(preflight('https://app.example.com'));
    expect(statusCode).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-headers': 'Authorization, Content-Type, Idempotency-Key, If-Match, traceparent, apollo-require-preflight',
    });
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
    const response = await app.inject({ url: '/things/1', headers: { origin: 'https://app.example.com' } });
    expect(response.headers).toMatchObject({
      'access-control-expose-headers': 'ETag, Idempotency-Replayed, traceparent, Retry-After',
      vary: 'Origin',
    });
  });

  it.each(['https://app.example.com.evil.example', 'http://app.example.com', 'https://APP.example.com', 'null'])(
    'keeps %s out',
    async (origin) => {
      const { app } = await started({ env: { CORS_ORIGINS: 'https://app.example.com' }, register: failing });
      expect((await app.inject(preflight(origin))).headers).not.toHaveProperty('access-control-allow-origin');
    },
  );

  it('is off by default', async () => {
    const { app } = await started({ register: failing });
    const response = await app.inject(preflight('http://localhost:4000'));
    expect(response.statusCode).toBe(404);
    expect(response.headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('what is no HTTP', () => {
  it('is answered in the same form, and the connection closed', async () => {
    const { app } = await started();
    const port = await listening(app);
    expect(await exchange(port, 'nonsense')).toMatch(/^HTTP\/1.1 400 Bad Request.*"code":"BAD_REQUEST"/s);
    expect(await exchange(port, 'GET / HTTP/1.1', `X: ${'x'.repeat(20_000)}`)).toMatch(/^HTTP\/1.1 431 .*"code":"HEADERS_TOO_LARGE"/s);
  });
});
