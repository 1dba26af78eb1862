import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Client, createClient, NetworkError } from 'graphql-sse';
import { seed, workThrough } from '../jobs/jobsKit.js';
import { aTenant } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
const clients: Client[] = [];
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(async () => {
  for (const client of clients) client.dispose();
  await gateway.close();
});

/** One connection for each subscription, which the server's mode is. What fails is told at once, and not tried again in the background. */
function clientOf(token: string): Client {
  const client = createClient({
    url: `${gateway.url}/graphql/stream`,
    headers: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
  });
  clients.push(client);
  return client;
}

interface Progress {
  readonly jobProgress: { readonly number: number; readonly status: string };
}

const query = 'subscription ($id: UUID!, $after: Int) { jobProgress(id: $id, after: $after) { number status } }';

describe('the client of graphql-sse', () => {
  it('receives the events of a job in their order, and the end of the stream with the job', async () => {
    const { id: orgId } = await aTenant(gateway);
    const id = await seed(gateway, orgId);
    const events = clientOf(gateway.adminToken).iterate<Progress>({ query, variables: { id } });
    const working = workThrough(gateway);
    const received = [];
    for await (const { data } of events) received.push(data?.jobProgress);
    await working;
    expect(received.map((event) => event?.number)).toEqual(received.map((_, i) => i + 1));
    expect([received.at(0)?.status, received.at(-1)?.status]).toEqual(['QUEUED', 'COMPLETED']);
    const last = clientOf(gateway.adminToken).iterate<Progress>({ query, variables: { id, after: received.length - 1 } });
    expect((await last.next()).value).toMatchObject({ data: { jobProgress: { number: received.length } } });
    expect((await last.next()).done).toBe(true);
  });

  it('that stops to listen closes its connection, and the stream on the server with it', async () => {
    const { id: orgId } = await aTenant(gateway);
    const id = await seed(gateway, orgId);
    const events = clientOf(gateway.adminToken).iterate<Progress>({ query, variables: { id } });
    expect((await events.next()).value).toMatchObject({ data: { jobProgress: { number: 1 } } });
    expect(await events.return?.()).toMatchObject({ done: true });
    expect((await events.next()).done).toBe(true);
  });

  it('is refused with the status that goes with it', async () => {
    const id = '01890a5d-ac96-774b-bcce-b302099a8057';
    const refused = await clientOf('no token at all')
      .iterate<Progress>({ query, variables: { id } })
      .next()
      .catch((error: unknown) => error);
    if (!(refused instanceof NetworkError)) throw new Error(`No refusal: ${JSON.stringify(refused)}`);
    expect(refused.response?.status).toBe(401);
  });
});
