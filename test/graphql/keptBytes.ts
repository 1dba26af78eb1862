/**
 * Prints the bytes of an answer and how many of them each request leaves to a full collection, as JSON. In a process of its own: how V8 sees
 * a place, and how large its young generation has grown, come from all that has run before.
 */
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { aMembership, anOrg, aUser } from '../support/builders.js';
import { testGateway } from '../support/gateway.js';

const { gc: collect } = globalThis;
if (!collect) throw new Error('Run with --expose-gc.');

const gateway = await testGateway();
/** One connection, of a client that keeps nothing of an answer. */
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const query =
  '{ orgs(first: 20) { nodes { name members(first: 20) { nodes { roleHint user { id displayName email } } pageInfo { endCursor } } } } }';
const body = JSON.stringify({ query });

/** @returns bytes of the answer */
async function ask(): Promise<number> {
  const headers = { authorization: `Bearer ${gateway.adminToken}`, 'content-type': 'application/json' };
  const asked = request(`${gateway.url}/graphql`, { method: 'POST', headers, agent }).end(body);
  const [answer] = await once(asked, 'response');
  let bytes = 0;
  for await (const chunk of answer) bytes += chunk.length;
  if (answer.statusCode !== 200) throw new Error(`The gateway answered ${answer.statusCode}.`);
  return bytes;
}

const users = await Promise.all(Array.from({ length: 20 }, () => aUser(gateway.database, { displayName: 'n'.repeat(200) })));
for (let i = 0; i < 20; i += 1) {
  const org = await anOrg(gateway.database);
  for (const user of users) await aMembership(gateway.database, org, user);
}
for (let i = 0; i < 20; i += 1) await ask();
const answer = await ask();

const requests = 60;
collect();
const before = process.memoryUsage().heapUsed;
for (let i = 0; i < requests; i += 1) {
  await ask();
  if (i % 5 === 4) collect({ type: 'minor' });
}
// What was in use at a collection is freed by the one after the next.
for (let i = 0; i < 3; i += 1) collect({ type: 'minor' });
process.stdout.write(JSON.stringify({ answer, kept: (process.memoryUsage().heapUsed - before) / requests }));

agent.destroy();
await gateway.close();
