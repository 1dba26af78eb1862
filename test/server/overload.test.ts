import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { type TestDatabase, testDatabase } from '../support/database.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

let database: TestDatabase;
let gateway: TestGateway;
beforeAll(async () => {
  database = await testDatabase('template', { poolSize: 1, acquireTimeout: 100, statementTimeout: 200 });
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
