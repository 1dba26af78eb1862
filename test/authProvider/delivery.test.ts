import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { authProviderOf } from '../../src/authProvider/authProviderOf.js';
import { authProviderDeliveries } from '../../src/authProvider/deliveries.duty.js';
import { oldAuthProviderDeliveries } from '../../src/authProvider/oldDeliveries.duty.js';
import { parseConfig } from '../../src/config.js';
import { aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { isSignedWith, type Receiver, startReceiver } from '../support/receiver.js';

const secret = `whsec_${randomBytes(32).toString('base64')}`;
let receiver: Receiver;
let gateway: TestGateway;
beforeEach(async () => {
  receiver = await startReceiver();
  gateway = await testGateway({ AUTH_WEBHOOK_URL: receiver.url, AUTH_WEBHOOK_SECRET: secret });
});
afterEach(async () => {
  await gateway.close();
  await receiver.close();
});

async function set(userId: string, act: 'deactivate' | 'reactivate'): Promise<void> {
  const { status } = await gateway.rest('POST', `/api/v1/platform/users/${userId}/${act}`, { token: gateway.adminToken });
  expect(status).toBe(204);
}

const deliver = () => gateway.runDuty(authProviderDeliveries);

/** Lets the pause after a failure pass, or the claim of a worker that died. */
async function wait(): Promise<void> {
  await sql`update auth_provider_deliveries set next_attempt_at = now()`.execute(gateway.database.db);
}

async function rows() {
  const { db } = gateway.database;
  return db.selectFrom('auth_provider_deliveries').select(['state', 'attempts', 'last_error', 'sealed_token']).orderBy('id').execute();
}

const told = () => receiver.received.map(({ event }) => [event.data.userId, event.type]);

/** A token to a user, as a service tells of it. */
async function tellOfToken(userId: string, token: string, expiresAt = new Date(Date.now() + 60_000).toISOString(), secrets = secret) {
  const provider = authProviderOf(parseConfig({ AUTH_WEBHOOK_URL: receiver.url, AUTH_WEBHOOK_SECRET: secrets }));
  const { db } = gateway.database;
  const { id } = await db.selectFrom('users').select('id').where('public_id', '=', userId).executeTakeFirstOrThrow();
  await db.transaction().execute((tx) => provider.tell(tx, id, { type: 'password.reset_requested', token, expiresAt }));
}

describe('the outgoing auth provider', () => {
  it('is told of a user who is blocked and unblocked, each once, signed, in order', async () => {
    const user = await aUser(gateway.database, { email: 'ada@test.example' });
    await set(user, 'deactivate');
    await set(user, 'reactivate');
    await deliver();
    await deliver();
    expect(told()).toEqual([
      [user, 'user.blocked'],
      [user, 'user.unblocked'],
    ]);
    const [blocked, unblocked] = receiver.received;
    if (!blocked || !unblocked) throw new Error('Nothing arrived.');
    expect(blocked.event.data).toEqual({ userId: user, email: 'ada@test.example', sequence: expect.any(Number) });
    expect(Number(unblocked.event.data.sequence)).toBeGreaterThan(Number(blocked.event.data.sequence));
    expect(blocked.headers['webhook-id']).not.toBe(unblocked.headers['webhook-id']);
    expect(Math.abs(Number(blocked.headers['webhook-timestamp']) - Date.now() / 1_000)).toBeLessThan(10);
    for (const one of [blocked, unblocked]) expect(isSignedWith(secret, one)).toBe(true);
    expect(isSignedWith(secret, { ...blocked, body: blocked.body.replace('blocked', 'unblocked') })).toBe(false);
  });

  it('is not told of what was rolled back', async () => {
    const user = await aUser(gateway.database, { status: 'deactivated' });
    await gateway.rest('POST', `/api/v1/platform/users/${user}/deactivate`, { token: gateway.adminToken });
    expect(await rows()).toEqual([]);
  });

  it.each([
    ['down', undefined, /no connection \(ECONNREFUSED\)/],
    ['failing', 500, /HTTP 500/],
    ['refusing', 400, /HTTP 400/],
  ])('delays nothing and loses nothing while it is %s, and keeps the order', async (_state, status, error) => {
    const [first, second] = [await aUser(gateway.database), await aUser(gateway.database)];
    const port = Number(new URL(receiver.url).port);
    if (status === undefined) await receiver.close();
    else receiver.answer(status);
    for (const user of [first, second]) await set(user, 'deactivate');
    await deliver();
    await set(first, 'reactivate');
    for (let round = 0; round < 3; round += 1) {
      await wait();
      await deliver();
    }
    expect(await rows()).toMatchObject([
      { state: 'failing', attempts: 4, last_error: expect.stringMatching(error) },
      { state: 'failing', attempts: 4 },
      { state: 'waiting', attempts: 0 },
    ]);
    expect(gateway.logs()).toContain('the auth provider did not take an event');
    if (status === undefined) receiver = await startReceiver(port);
    else receiver.answer(204);
    receiver.received.length = 0;
    await wait();
    await deliver();
    expect((await rows()).map(({ state }) => state)).toEqual(['delivered', 'delivered', 'delivered']);
    expect(told()).toHaveLength(3);
    expect(told().filter(([user]) => user === first)).toEqual([
      [first, 'user.blocked'],
      [first, 'user.unblocked'],
    ]);
  });

  it('is tried again later and later, and not before', async () => {
    receiver.answer(503);
    await set(await aUser(gateway.database), 'deactivate');
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await deliver();
      await deliver();
      expect(receiver.received).toHaveLength(attempt + 1);
      const { rows: found } = await sql<{ pause: number }>`select extract(epoch from next_attempt_at - now())::float8 as pause
        from auth_provider_deliveries`.execute(gateway.database.db);
      pauses.push(found[0]?.pause ?? 0);
      await wait();
    }
    const longest = [2, 4, 8, 16, 32, 64, 128, 256, 300, 300];
    pauses.forEach((pause, i) => {
      expect(pause).toBeLessThanOrEqual(longest[i] ?? 0);
      // Less the moment between the two statements.
      expect(pause).toBeGreaterThan((longest[i] ?? 0) / 2 - 1);
    });
  });

  it('is sent the same event under the same id, where the answer was lost', async () => {
    let answers = 0;
    receiver.answer(() => {
      answers += 1;
      return answers === 1 ? 500 : 204;
    });
    await set(await aUser(gateway.database), 'deactivate');
    await deliver();
    await wait();
    await deliver();
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(ids).toEqual([ids[0], ids[0]]);
  });

  it('is not followed to another address', async () => {
    const other = await startReceiver();
    receiver.answer({ redirectTo: other.url });
    await set(await aUser(gateway.database), 'deactivate');
    await deliver();
    expect(other.received).toEqual([]);
    expect(await rows()).toMatchObject([{ state: 'failing', last_error: 'HTTP 307' }]);
    await other.close();
  });

  it('is not waited for when the worker stops', async () => {
    receiver.answer('hang');
    await set(await aUser(gateway.database), 'deactivate');
    const stopping = new AbortController();
    const run = gateway.runDuty(authProviderDeliveries, stopping.signal);
    while (receiver.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    stopping.abort();
    await run;
    expect(await rows()).toMatchObject([{ state: 'failing', last_error: 'cut off by a stop' }]);
    receiver.answer(204);
    await deliver();
    expect(await rows()).toMatchObject([{ state: 'delivered' }]);
  });

  it('is told in order, each event once, by workers that run side by side', async () => {
    const users = await Promise.all(Array.from({ length: 30 }, () => aUser(gateway.database)));
    for (const act of ['deactivate', 'reactivate', 'deactivate'] as const) await Promise.all(users.map((user) => set(user, act)));
    while ((await rows()).some(({ state }) => state !== 'delivered')) await Promise.all([deliver(), deliver(), deliver(), deliver()]);
    for (const user of users) {
      const types = told().filter(([id]) => id === user);
      expect(types.map(([, type]) => type)).toEqual(['user.blocked', 'user.unblocked', 'user.blocked']);
    }
  });
});

describe('a one-time token', () => {
  it('goes to the provider alone: the outbox holds it encrypted until then, and nothing of it after', async () => {
    const user = await aUser(gateway.database);
    const token = 'a-token-that-must-not-linger';
    receiver.answer(500);
    await tellOfToken(user, token);
    await deliver();
    const { rows: kept } = await sql<{ row: string }>`select d::text || encode(d.sealed_token, 'escape') as row
      from auth_provider_deliveries d`.execute(gateway.database.db);
    expect(kept).toHaveLength(1);
    expect(kept[0]?.row).not.toContain(token);
    receiver.answer(204);
    await wait();
    await deliver();
    expect(receiver.received.at(-1)?.event.data.token).toBe(token);
    expect(await rows()).toMatchObject([{ state: 'delivered', sealed_token: null }]);
    for (const hidden of [token, secret, secret.slice(6)]) expect(gateway.logs()).not.toContain(hidden);
  });

  it('is thrown away where it expires before the provider takes it, and holds up nothing', async () => {
    const user = await aUser(gateway.database);
    receiver.answer(500);
    await tellOfToken(user, 'too-late', new Date(Date.now() + 300).toISOString());
    await set(user, 'deactivate');
    await deliver();
    receiver.answer(204);
    receiver.received.length = 0;
    while ((await rows()).some(({ state }) => state === 'failing' || state === 'waiting')) await deliver();
    expect(await rows()).toMatchObject([{ state: 'expired', sealed_token: null }, { state: 'delivered' }]);
    expect(told()).toEqual([[user, 'user.blocked']]);
  });

  it('is opened, and the message signed, while a secret is being replaced', async () => {
    const user = await aUser(gateway.database);
    const old = `whsec_${randomBytes(24).toString('base64')}`;
    const replacing = await testGateway({ AUTH_WEBHOOK_URL: receiver.url, AUTH_WEBHOOK_SECRET: `${secret}, ${old}` }, gateway.database);
    await tellOfToken(user, 'sealed-with-the-old-secret', undefined, old);
    await deliver();
    expect(await rows()).toMatchObject([{ state: 'failing', last_error: 'AUTH_WEBHOOK_SECRET no longer opens the token' }]);
    await wait();
    await replacing.runDuty(authProviderDeliveries);
    const [one] = receiver.received;
    if (!one) throw new Error('Nothing arrived.');
    expect(one.event.data.token).toBe('sealed-with-the-old-secret');
    expect([isSignedWith(secret, one), isSignedWith(old, one)]).toEqual([true, true]);
    await replacing.close();
  });
});

describe('without a webhook', () => {
  it('nothing leaves, and nothing is kept', async () => {
    const local = await testGateway({}, gateway.database);
    const user = await aUser(gateway.database);
    await local.rest('POST', `/api/v1/platform/users/${user}/deactivate`, { token: local.adminToken });
    await local.runDuty(authProviderDeliveries);
    expect(await rows()).toEqual([]);
    await local.close();
  });
});

describe('what the provider was told', () => {
  it('is forgotten after 30 days', async () => {
    const user = await aUser(gateway.database);
    await set(user, 'deactivate');
    await deliver();
    await gateway.runDuty(oldAuthProviderDeliveries);
    expect(await rows()).toHaveLength(1);
    await sql`update auth_provider_deliveries set settled_at = now() - interval '31 days'`.execute(gateway.database.db);
    await gateway.runDuty(oldAuthProviderDeliveries);
    expect(await rows()).toEqual([]);
  });
});
