import { afterEach, describe, expect, it } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import { createMetrics } from '../../src/server/metrics.js';
import { anApp } from './appUnderTest.js';

const open: FastifyInstance[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((app) => app.close()));
});

/** An app whose `/run/:name` names an operation as a client's document would. */
async function appWithOperations() {
  const made = await anApp({
    async register(app) {
      app.get<{ Params: { name: string } }>('/run/:name', async (request) => {
        request.operation = { surface: 'graphql', name: request.params.name };
        return {};
      });
      app.get<{ Params: { status: string } }>('/platform/:status', async (request, reply) => {
        request.operation = { surface: 'platform', name: 'platformOrg' };
        return reply.code(Number(request.params.status)).send();
      });
      app.get('/graphqlError', async (request) => {
        request.operation = { surface: 'graphql', name: 'orgs' };
        request.outcome = 'client_error';
        return {};
      });
    },
  });
  open.push(made.app);
  return made;
}

describe('/metrics', () => {
  it('counts and times requests by surface, operation and outcome', async () => {
    const { app } = await appWithOperations();
    for (const status of [200, 200, 404, 503]) await app.inject(`/platform/${status}`);
    await app.inject('/graphqlError');
    const { body, headers } = await app.inject('/metrics');
    expect(headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
    expect(body).toContain('tenantry_requests_total{surface="platform",operation="platformOrg",outcome="ok"} 2');
    expect(body).toContain('tenantry_requests_total{surface="platform",operation="platformOrg",outcome="client_error"} 1');
    expect(body).toContain('tenantry_requests_total{surface="platform",operation="platformOrg",outcome="server_error"} 1');
    expect(body).toContain('tenantry_requests_total{surface="graphql",operation="orgs",outcome="client_error"} 1');
    expect(body).toContain('tenantry_request_duration_seconds_count{surface="platform",operation="platformOrg"} 4');
    expect(body).toContain('nodejs_eventloop_lag_seconds');
  });

  it('counts queries by where they are read, and shows the pool on the standby beside the other', async () => {
    const { app, metrics } = await appWithOperations();
    metrics.watchPool(() => ({ idle: 1, busy: 2, waiting: 3 }));
    metrics.watchPool(() => ({ idle: 4, busy: 5, waiting: 6 }), 'standby');
    for (const place of ['standby', 'primary', 'standby'] as const) metrics.countQuery(place);
    const { body } = await app.inject('/metrics');
    expect(body).toContain('tenantry_queries_total{place="standby"} 2');
    expect(body).toContain('tenantry_queries_total{place="primary"} 1');
    expect(body).toContain('tenantry_pool_connections{state="busy"} 2');
    expect(body).toContain('tenantry_read_pool_connections{state="busy"} 5');
  });

  it('shows statements and the pool as they are when asked', async () => {
    const { app, metrics } = await appWithOperations();
    const pool = { idle: 1, busy: 0, waiting: 0 };
    metrics.watchPool(() => pool);
    metrics.countStatement(0.25);
    metrics.countStatement(0.5);
    Object.assign(pool, { idle: 0, busy: 3, waiting: 2 });
    const { body } = await app.inject('/metrics');
    expect(body).toContain('tenantry_sql_statements_total 2');
    expect(body).toContain('tenantry_sql_seconds_total 0.75');
    for (const [state, count] of Object.entries(pool)) expect(body).toContain(`tenantry_pool_connections{state="${state}"} ${count}`);
  });

  it('takes 200 names from clients and no more, and no odd ones', async () => {
    const { app, metrics } = await appWithOperations();
    for (const name of ['a-b', '1a', 'a%20b', 'a%22%7D%201', 'x'.repeat(101)]) await app.inject(`/run/${name}`);
    for (let i = 0; i < 250; i++) await app.inject(`/run/op${i}`);
    await app.inject('/run/op7');
    const counts = (await metrics.text()).split('\n').filter((line) => line.startsWith('tenantry_requests_total{surface="graphql"'));
    expect(counts).toHaveLength(201);
    expect(counts).toContain('tenantry_requests_total{surface="graphql",operation="other",outcome="ok"} 55');
    expect(counts).toContain('tenantry_requests_total{surface="graphql",operation="op7",outcome="ok"} 2');
  });

  it('counts a surface that is unknown as other', async () => {
    const metrics = createMetrics();
    metrics.observeRequest({ surface: 'made-up', operation: 'a', outcome: 'ok', seconds: 0.1 });
    expect(await metrics.text()).toContain('tenantry_requests_total{surface="other",operation="a",outcome="ok"} 1');
  });

  it('are of one app alone', async () => {
    const [one, other] = [await appWithOperations(), await appWithOperations()];
    await one.app.inject('/run/mine');
    expect(await other.metrics.text()).not.toContain('mine');
  });
});
