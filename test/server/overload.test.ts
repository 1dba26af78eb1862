import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type TestDatabase, testDatabase } from '../support/database.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { Client } from './appUnderTest.js';

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await condition()); tries += 1) {
    if (tries > 500) throw new Error('It did not come about.');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

let database: TestDatabase;
let gateway: TestGateway;
beforeAll(async () => {
  database = await testDatabase('template', { poolSize: 1, acquireTimeout: 500, statementTimeout: 200 });
  gateway = await testGateway({}, database);
});
afterAll(async () => {
  await gateway.close();
  await database.drop();
});

describe('when every connection is taken', () => {
  it('says so at once, when to come back, and serves again as soon as one is free', async () => {
    const token = gateway.adminToken;
    const taken = await database.pool.connect();
    const rest = await gateway.rest('GET', '/api/v1/platform/me', { token });
    expect(rest).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE', detail: expect.stringContaining('busy') } });
    expect(rest.headers.get('retry-after')).toBe('1');
    const v1 = await gateway.rest('GET', '/v1/users/me', { token });
    expect(v1).toMatchObject({ status: 503, body: { status_code: 503 } });
    const graphql = await gateway.graphql('{ me { id } }', undefined, { token });
    expect(graphql).toMatchObject({ status: 503, errors: [{ extensions: { code: 'UNAVAILABLE' } }] });
    expect(graphql.headers.get('retry-after')).toBe('1');
    expect((await gateway.rest('GET', '/readyz')).status).toBe(503);
    expect((await gateway.rest('GET', '/livez')).status).toBe(200);
    taken.release();
    expect((await gateway.rest('GET', '/api/v1/platform/me', { token })).status).toBe(200);
    expect((await gateway.rest('GET', '/readyz')).status).toBe(200);
  });
});

/** Three requests on one connection, two of them with bodies that are not looked at. */
async function refusesOnAConnectionThatGoesOn({ url }: TestGateway): Promise<void> {
  const client = await Client.to(Number(new URL(url).port));
  const body = '{"name": "no JSON';
  const post = [
    'Host: localhost',
    'Content-Type: application/json',
    'Authorization: Bearer none',
    `Content-Length: ${body.length}`,
    '',
    '',
  ];
  for (const path of ['/api/v1/platform/partners', '/graphql']) client.socket.write(`POST ${path} HTTP/1.1\r\n${post.join('\r\n')}${body}`);
  client.say('GET /v1/users/me HTTP/1.1', 'Host: localhost', 'Connection: close');
  await client.closed;
  expect([...client.received.matchAll(/HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => status)).toEqual(['503', '503', '503']);
  expect(client.received.match(/^retry-after: 1\r$/gim)).toHaveLength(3);
  expect(client.received.match(/^traceparent: 00-[0-9a-f]{32}-/gim)).toHaveLength(3);
}

describe('when as many requests are worked on as may be', () => {
  it('refuses what comes beyond at once, in each surface’s words, answers health, and serves again', async () => {
    const patient = await testDatabase('template', { statementTimeout: 20_000 });
    const busy = await testGateway({ MAX_REQUESTS_IN_FLIGHT: '2' }, patient);
    const token = busy.adminToken;
    const blocker = new pg.Client({ connectionString: patient.url });
    await blocker.connect();
    try {
      await blocker.query('begin');
      await blocker.query('lock table orgs in access exclusive mode');
      const waiting = [1, 2].map(() => busy.rest('GET', '/api/v1/platform/orgs', { token }));
      await eventually(async () => (await blocker.query('select from pg_locks where not granted')).rowCount !== 0);
      const start = performance.now();
      const [platform, v1, graphql, livez] = await Promise.all([
        busy.rest('GET', '/api/v1/platform/me', { token }),
        busy.rest('GET', '/v1/users/me', { token }),
        busy.graphql('{ me { id } }', undefined, { token }),
        busy.rest('GET', '/livez'),
      ]);
      // The two wait for as long as the lock is held: these did not.
      expect(performance.now() - start).toBeLessThan(2_000);
      expect(platform).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE', detail: expect.stringContaining('busy') } });
      expect(v1).toMatchObject({ status: 503, body: { status_code: 503 } });
      expect([platform, v1, graphql].map(({ status, headers }) => [status, headers.get('retry-after')])).toEqual(Array(3).fill([503, '1']));
      expect(livez.status).toBe(200);
      expect(v1.body.details.trace_id).toMatch(/^[0-9a-f]{32}$/);
      expect(graphql.errors).toMatchObject([{ message: expect.stringContaining('busy'), extensions: { code: 'UNAVAILABLE' } }]);
      await refusesOnAConnectionThatGoesOn(busy);
      const lines = busy.logs().split('\n');
      // One line for all of them, and a count.
      expect(lines.filter((line) => line.includes('busy: requests are refused'))).toHaveLength(1);
      expect(lines.filter((line) => line.includes('"status":503'))).toEqual([]);
      const metrics = await (await fetch(`${busy.url}/metrics`)).text();
      expect(metrics).toMatch(/^tenantry_requests_refused_total 6$/m);
      await blocker.query('rollback');
      await Promise.all(waiting);
      expect((await busy.rest('GET', '/api/v1/platform/me', { token })).status).toBe(200);
    } finally {
      await blocker.end();
      await busy.close();
      await patient.drop();
    }
  });
});

describe('a place among the requests that are worked on', () => {
  let small: TestGateway;
  beforeAll(async () => {
    small = await testGateway({ MAX_REQUESTS_IN_FLIGHT: '4' });
  });
  afterAll(() => small.close());
  const serves = async () => (await small.rest('GET', '/api/v1/platform/me', { token: small.adminToken })).status;

  it('is held by nobody whose body has not come, however many there are; when it comes it is answered', async () => {
    const body = JSON.stringify({ query: '{ me { id } }' });
    const port = Number(new URL(small.url).port);
    const headers = ['Host: localhost', 'Content-Type: application/json', `Authorization: Bearer ${small.adminToken}`];
    const slow = await Promise.all(Array.from({ length: 40 }, () => Client.to(port)));
    for (const [i, { socket }] of slow.entries()) {
      const length = i % 2 === 0 ? `Content-Length: ${body.length}` : 'Transfer-Encoding: chunked';
      socket.write(`POST /graphql HTTP/1.1\r\n${[...headers, length].join('\r\n')}\r\n\r\n${i % 2 === 0 ? '{' : ''}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (let i = 0; i < 10; i += 1) expect(await serves()).toBe(200);
    // In turns, since more than four at once would be too many.
    for (const [i, client] of slow.entries()) {
      client.socket.write(i % 2 === 0 ? body.slice(1) : `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`);
      await eventually(async () => client.received.includes('"me"'));
      client.socket.destroy();
    }
    expect(await serves()).toBe(200);
  });

  it('is given back by those who go away before, while and after their body comes', async () => {
    const port = Number(new URL(small.url).port);
    const body = JSON.stringify({ query: '{ me { id } }' });
    for (let i = 0; i < 60; i += 1) {
      const { socket } = await Client.to(port);
      const headers = ['Host: localhost', 'Content-Type: application/json', `Authorization: Bearer ${small.adminToken}`];
      const sent = `POST /graphql HTTP/1.1\r\n${[...headers, `Content-Length: ${body.length}`].join('\r\n')}\r\n\r\n`;
      socket.write(i % 3 === 0 ? sent : i % 3 === 1 ? sent + body.slice(0, 5) : sent);
      if (i % 3 === 2) socket.write(body);
      await new Promise((resolve) => setTimeout(resolve, i % 7));
      socket.resetAndDestroy();
    }
    for (let i = 0; i < 5; i += 1) expect(await serves()).toBe(200);
  });

  it('is held by no stream', async () => {
    const stop = new AbortController();
    const query = 'subscription { auditTail { __typename } }';
    for (let i = 0; i < 8; i += 1) {
      const { status } = await fetch(`${small.url}/graphql/stream`, {
        method: 'POST',
        headers: { authorization: `Bearer ${small.adminToken}`, 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify({ query }),
        signal: stop.signal,
      });
      expect(status).toBe(200);
    }
    expect(await serves()).toBe(200);
    stop.abort();
  });
});

describe('when a request would have to wait for long', () => {
  it('is refused at once, while what was let in is served', async () => {
    // A pool of two connections, of which each is held for some milliseconds: sixty at once are too many for a wait of 20 ms.
    const narrow = await testDatabase('template', { poolSize: 2 });
    const busy = await testGateway({ DATABASE_POOL_SIZE: '2', MAX_WAIT: '20' }, narrow);
    try {
      const ask = async () => {
        const start = performance.now();
        const { status } = await busy.rest('GET', '/api/v1/platform/orgs?page_size=100', { token: busy.adminToken });
        return { status, milliseconds: performance.now() - start };
      };
      const answers = [];
      for (let wave = 0; wave < 20; wave += 1) {
        answers.push(...Array.from({ length: 30 }, ask));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      const answered = await Promise.all(answers);
      const statuses = new Set(answered.map(({ status }) => status));
      expect([...statuses].sort()).toEqual([200, 503]);
      expect((await ask()).status).toBe(200);
    } finally {
      await busy.close();
      await narrow.drop();
    }
  });
});

describe('a statement that takes too long', () => {
  it('is stopped, and the caller may come back', async () => {
    const blocker = new pg.Client({ connectionString: database.url });
    await blocker.connect();
    await blocker.query('begin');
    await blocker.query('lock table orgs in access exclusive mode');
    // The actor's own statement reads orgs: every request waits, and none for longer than the statement timeout.
    const rest = await gateway.rest('GET', '/api/v1/platform/orgs', { token: gateway.adminToken });
    expect(rest).toMatchObject({ status: 503, body: { code: 'UNAVAILABLE', detail: expect.stringContaining('too long') } });
    await blocker.query('rollback');
    await blocker.end();
    expect((await gateway.rest('GET', '/api/v1/platform/orgs', { token: gateway.adminToken })).status).toBe(200);
  });
});

describe('after a change of the tables', () => {
  it('a statement whose plan went stale is planned anew', async () => {
    const token = gateway.adminToken;
    expect((await gateway.rest('GET', '/v1/users/me', { token })).status).toBe(200);
    const other = new pg.Client({ connectionString: database.url });
    await other.connect();
    await other.query('alter table users alter column bio type varchar(2000)');
    await other.end();
    expect((await gateway.rest('GET', '/v1/users/me', { token })).status).toBe(200);
  });
});
