import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { authProviderDeliveries } from '../../src/authProvider/deliveries.duty.js';
import { aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { type Receiver, startReceiver } from '../support/receiver.js';

let receiver: Receiver;
let gateway: TestGateway;
beforeAll(async () => {
  receiver = await startReceiver();
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  gateway = await testGateway({ AUTH_WEBHOOK_URL: receiver.url, AUTH_WEBHOOK_SECRET: secret });
});
afterAll(async () => {
  await gateway.close();
  await receiver.close();
});
beforeEach(() => receiver.answer(500));

interface Delivery {
  readonly id: string;
  readonly event: string;
  readonly state: string;
  readonly attempts: number;
  readonly lastError: string | null;
  readonly nextAttemptAt: string | null;
  readonly settledAt: string | null;
  readonly user: { readonly id: string };
}

async function list(filter: object): Promise<readonly Delivery[]> {
  const document = `query ($filter: AuthProviderDeliveryFilter) { authProviderDeliveries(filter: $filter) {
    totalCount nodes { id event state attempts lastError nextAttemptAt settledAt user { id } } } }`;
  const { data, errors } = await gateway.graphql<{ authProviderDeliveries: { totalCount: number; nodes: Delivery[] } }, object>(
    document,
    { filter },
    { token: gateway.adminToken },
  );
  if (!data) throw new Error(JSON.stringify(errors));
  expect(data.authProviderDeliveries.totalCount).toBe(data.authProviderDeliveries.nodes.length);
  return data.authProviderDeliveries.nodes;
}

const retry = (id: string) =>
  gateway.graphql<{ retryAuthProviderDelivery: { delivery: Delivery } }, object>(
    'mutation ($id: UUID!) { retryAuthProviderDelivery(id: $id) { delivery { id state nextAttemptAt } } }',
    { id },
    { token: gateway.adminToken },
  );

const deactivate = (user: string) => gateway.rest('POST', `/api/v1/platform/users/${user}/deactivate`, { token: gateway.adminToken });

describe('what the auth provider is told', () => {
  it('is shown to admins while it fails, and can be tried again at once', async () => {
    const user = await aUser(gateway.database);
    await deactivate(user);
    expect(await list({ userId: user })).toMatchObject([{ event: 'USER_BLOCKED', state: 'WAITING', attempts: 0, user: { id: user } }]);
    await gateway.runDuty(authProviderDeliveries);
    const [failing] = await list({ userId: user, state: 'FAILING' });
    expect(failing).toMatchObject({ attempts: 1, lastError: 'HTTP 500', settledAt: null });
    expect(Date.parse(failing?.nextAttemptAt ?? '')).toBeGreaterThan(Date.now());
    receiver.answer(204);
    await gateway.runDuty(authProviderDeliveries);
    expect(await list({ userId: user, state: 'DELIVERED' })).toEqual([]);

    const { data } = await retry(failing?.id ?? '');
    expect(Date.parse(data?.retryAuthProviderDelivery.delivery.nextAttemptAt ?? '')).toBeLessThanOrEqual(Date.now());
    await gateway.runDuty(authProviderDeliveries);
    expect(await list({ userId: user, event: 'USER_BLOCKED' })).toMatchObject([
      { state: 'DELIVERED', attempts: 2, lastError: null, nextAttemptAt: null, settledAt: expect.any(String) },
    ]);
    const entries = await gateway.database.db
      .selectFrom('platform_audit_log')
      .select(['action', 'changed_fields'])
      .where('resource_id', '=', failing?.id ?? '')
      .execute();
    expect(entries).toEqual([{ action: 'auth_provider_delivery.retry', changed_fields: ['nextAttemptAt'] }]);

    const again = await retry(failing?.id ?? '');
    expect(again.errors[0]?.extensions.code).toBe('BAD_USER_INPUT');
    const unknown = await retry('01890a5d-ac96-774b-bcce-b302099a8057');
    expect(unknown.errors[0]?.extensions.code).toBe('NOT_FOUND');
  });

  it('is filtered by its event and its state', async () => {
    const user = await aUser(gateway.database);
    await deactivate(user);
    expect(await list({ userId: user, event: 'USER_UNBLOCKED' })).toEqual([]);
    expect(await list({ userId: user, state: 'EXPIRED' })).toEqual([]);
    expect(await list({ userId: user, state: 'WAITING', event: 'USER_BLOCKED' })).toHaveLength(1);
  });
});
