import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client } from '../server/appUnderTest.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { rounds, unsoundness } from './soundness.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

/** What a client that heard nothing is told when it asks again under its key: the first answer, or a new one. */
async function asksAgain(body: object, key: string): Promise<{ status: number; id: string; isReplay: boolean }> {
  for (;;) {
    const headers = { 'idempotency-key': key };
    const answer = await gateway.rest('POST', '/api/v1/platform/partners', { token: gateway.adminToken, headers, body });
    // The first request is still at work.
    if (answer.status === 409) await sleep(5);
    else return { status: answer.status, id: answer.body.id, isReplay: answer.headers.has('idempotency-replayed') };
  }
}

const clients = 10 * rounds(4);
it(
  `A client that goes away before it hears, at any moment, finds its change made once when it asks again (${clients} clients)`,
  async () => {
    let replays = 0;
    for (let i = 0; i < clients; i += 1) {
      const key = crypto.randomUUID();
      const body = { name: 'Gone', slug: `gone-${key}` };
      const text = JSON.stringify(body);
      const { socket } = await Client.to(Number(new URL(gateway.url).port));
      const headers = [
        ...['POST /api/v1/platform/partners HTTP/1.1', 'Host: localhost', 'Content-Type: application/json'],
        ...[`Authorization: Bearer ${gateway.adminToken}`, `Idempotency-Key: ${key}`, `Content-Length: ${text.length}`],
      ];
      socket.write(`${headers.join('\r\n')}\r\n\r\n${text}`);
      await sleep(Math.random() * 8);
      socket.resetAndDestroy();
      const again = await asksAgain(body, key);
      expect(again.status).toBe(201);
      if (again.isReplay) replays += 1;
      const { db } = gateway.database;
      const made = await db.selectFrom('partners').select('public_id').where('slug', '=', body.slug).execute();
      expect(made).toEqual([{ public_id: again.id }]);
      const told = await db.selectFrom('platform_audit_log').select('action').where('resource_id', '=', again.id).execute();
      expect(told).toEqual([{ action: 'partner.create' }]);
    }
    process.stdout.write(
      `${clients} clients that went away: each change made once, ${replays} of them by the request that nobody heard of\n`,
    );
    expect(await unsoundness(gateway.database)).toEqual([]);
  },
  60_000 + clients * 1_000,
);
