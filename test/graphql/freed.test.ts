import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { aMembership, anOrg, aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
/** One connection, of a client that keeps nothing of an answer. */
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

// As start.cts has it.
setFlagsFromString('--no-allocation-site-pretenuring');
setFlagsFromString('--expose-gc');
const collect: (options?: { type: 'minor' }) => void = runInNewContext('gc');

beforeAll(async () => {
  gateway = await testGateway();
  const users = await Promise.all(Array.from({ length: 20 }, () => aUser(gateway.database, { displayName: 'n'.repeat(200) })));
  for (let i = 0; i < 20; i += 1) {
    const org = await anOrg(gateway.database);
    for (const user of users) await aMembership(gateway.database, org, user);
  }
});
afterAll(async () => {
  agent.destroy();
  await gateway.close();
});

/** @returns bytes of the answer */
async function ask(body: string): Promise<number> {
  const headers = { authorization: `Bearer ${gateway.adminToken}`, 'content-type': 'application/json' };
  const asked = request(`${gateway.url}/graphql`, { method: 'POST', headers, agent }).end(body);
  const [answer] = await once(asked, 'response');
  let bytes = 0;
  for await (const chunk of answer) bytes += chunk.length;
  expect(answer.statusCode).toBe(200);
  return bytes;
}

/** @returns bytes that a request has left behind, with young generations collected alone */
async function keptOf(requests: number, body: string): Promise<number> {
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < requests; i += 1) {
    await ask(body);
    if (i % 5 === 4) collect({ type: 'minor' });
  }
  // What was in use at a collection is freed by the one after the next.
  for (let i = 0; i < 3; i += 1) collect({ type: 'minor' });
  return (process.memoryUsage().heapUsed - before) / requests;
}

it('leaves nothing of an answer to a full collection', async () => {
  const query =
    '{ orgs(first: 20) { nodes { name members(first: 20) { nodes { roleHint user { id displayName email } } pageInfo { endCursor } } } } }';
  const body = JSON.stringify({ query });
  for (let i = 0; i < 20; i += 1) await ask(body);
  const bytes = await ask(body);
  expect(bytes).toBeGreaterThan(100_000);
  // A fourth of it is what the process gathers anyway; an answer whose rows are kept is four times as much.
  expect(await keptOf(60, body)).toBeLessThan(bytes);
});
