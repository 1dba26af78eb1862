import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { idempotencyKeys } from '../../src/conditions/idempotencyKeys.duty.js';
import { aGrant, anOrg, aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

const createPartner =
  'mutation ($name: String!, $slug: String!) { createPartner(input: { name: $name, slug: $slug }) { partner { id slug } } }';

describe('An Idempotency-Key', () => {
  let gateway: TestGateway;
  let other: TestGateway;
  beforeAll(async () => {
    gateway = await testGateway();
    other = await testGateway({}, gateway.database);
  });
  afterAll(async () => {
    await other.close();
    await gateway.close();
  });

  const keyed = (key: string, token = gateway.adminToken) => ({ token, headers: { 'idempotency-key': key } });
  const partners = '/api/v1/platform/partners';
  const postPartner = (key: string, slug: string, from = gateway, token?: string) =>
    from.rest('POST', partners, { ...keyed(key, token), body: { name: 'Acme', slug } });
  const entriesOf = async (action: string) => {
    const { rows } = await sql<{ count: number }>`select count(*)::int as count from platform_audit_log where action = ${action}`.execute(
      gateway.database.db,
    );
    return rows[0]?.count ?? 0;
  };

  it('makes a REST call safe to send again, to any gateway: the change is made once, and answered twice', async () => {
    const before = await entriesOf('partner.create');
    const first = await postPartner('rest-1', 'rest-1');
    const again = await postPartner('rest-1', 'rest-1', other);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body).toEqual(first.body);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(await entriesOf('partner.create')).toBe(before + 1);
  });

  it('makes a GraphQL mutation safe to send again', async () => {
    const variables = { name: 'Acme', slug: 'graphql-1' };
    const first = await gateway.graphql(createPartner, variables, keyed('graphql-1'));
    const again = await gateway.graphql(createPartner, variables, keyed('graphql-1'));
    expect(first.errors).toEqual([]);
    expect(again.data).toEqual(first.data);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
  });

  it('gives the outcome again where the object has changed since', async () => {
    const orgId = await anOrg(gateway.database);
    const patch = { ...keyed('patch-1'), body: { base_version: 1, name: 'First' } };
    const first = await gateway.rest('PATCH', `/api/v1/platform/orgs/${orgId}`, patch);
    await gateway.rest('PATCH', `/api/v1/platform/orgs/${orgId}`, { token: gateway.adminToken, body: { base_version: 2, name: 'Second' } });
    const again = await gateway.rest('PATCH', `/api/v1/platform/orgs/${orgId}`, patch);
    expect(again.status).toBe(200);
    expect(again.body).toEqual(first.body);
  });

  it('is refused with 422 for another body, and for another operation', async () => {
    await postPartner('other-body', 'other-body');
    const refused = await postPartner('other-body', 'another-body');
    expect(refused.status).toBe(422);
    expect(refused.body.detail).toEqual([
      { loc: ['header', 'idempotency-key'], msg: 'Another request has used this key.', type: 'value_error' },
    ]);
    const { errors } = await gateway.graphql(createPartner, { name: 'Acme', slug: 'other-body' }, keyed('other-body'));
    expect(errors[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT', issues: [{ path: ['header', 'idempotency-key'] }] } });
  });

  it('is refused with 409 while its request is running', async () => {
    const { db } = gateway.database;
    const running = await db.transaction().execute(async (tx) => {
      // The change waits for this lock after it has reserved its key.
      await sql`lock table partners in access exclusive mode`.execute(tx);
      const first = postPartner('in-flight', 'in-flight');
      await eventually(async () => {
        const { rows } =
          await sql`select from pg_locks where locktype = 'relation' and relation = 'partners'::regclass and not granted`.execute(db);
        return rows.length > 0;
      });
      const second = await postPartner('in-flight', 'in-flight', other);
      expect(second.status).toBe(409);
      expect(second.body).toMatchObject({ code: 'CONFLICT', details: { header: 'idempotency-key' } });
      return { first };
    });
    expect((await running.first).status).toBe(201);
    expect((await postPartner('in-flight', 'in-flight', other)).status).toBe(201);
  });

  it('lets one of sixteen that race make the change', async () => {
    for (let round = 0; round < 10; round += 1) {
      const name = `race-${round}`;
      const answers = await Promise.all(Array.from({ length: 16 }, (_, i) => postPartner(name, name, i % 2 ? gateway : other)));
      const made = answers.filter(({ status }) => status === 201);
      expect(answers.every(({ status }) => status === 201 || status === 409)).toBe(true);
      expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
      expect(made.filter(({ headers }) => !headers.has('idempotency-replayed'))).toHaveLength(1);
    }
  });

  it('keeps nothing of a change that was refused', async () => {
    await postPartner('taken-first', 'taken');
    expect((await postPartner('retried', 'taken')).status).toBe(409);
    await gateway.database.db.updateTable('partners').set({ slug: 'free-again' }).where('slug', '=', 'taken').execute();
    expect((await postPartner('retried', 'taken')).status).toBe(201);
  });

  it('is the caller’s own', async () => {
    const id = await aUser(gateway.database);
    await aGrant(gateway.database, id, ['platform.partners.create']);
    const mine = await postPartner('shared-word', 'mine');
    const theirs = await postPartner('shared-word', 'theirs', gateway, gateway.tokenFor(id));
    expect([mine.body.slug, theirs.body.slug]).toEqual(['mine', 'theirs']);
  });

  it('repeats nothing to a caller who may no longer do it', async () => {
    const id = await aUser(gateway.database);
    await aGrant(gateway.database, id, ['platform.partners.create']);
    const token = gateway.tokenFor(id);
    expect((await postPartner('revoked', 'revoked', gateway, token)).status).toBe(201);
    await gateway.rest('DELETE', `/api/v1/platform/admins/${id}`, { token: gateway.adminToken });
    expect((await postPartner('revoked', 'revoked', gateway, token)).status).toBe(403);
  });

  it('keeps no secret: the repetition of a change that showed one is told so', async () => {
    const mutation = 'mutation { createApiKey(input: { name: "ci", permissions: [] }) { secret apiKey { id } } }';
    const first = await gateway.graphql<{ createApiKey: { secret: string } }, undefined>(mutation, undefined, keyed('secret-1'));
    const again = await gateway.graphql(mutation, undefined, keyed('secret-1'));
    expect(first.data?.createApiKey.secret).toMatch(/^tky_/);
    expect(again.errors[0]).toMatchObject({ extensions: { code: 'CONFLICT' } });
    const { rows } = await sql<{ outcome: unknown }>`select outcome from idempotency_keys where key = 'secret-1'`.execute(
      gateway.database.db,
    );
    expect(rows).toEqual([{ outcome: null }]);
    expect(
      await gateway.graphql<{ myApiKeys: { nodes: object[] } }, object>('{ myApiKeys { nodes { id } } }', {}, keyed('x')),
    ).toMatchObject({
      data: { myApiKeys: { nodes: [expect.anything()] } },
    });
  });

  it.each([
    ['is empty', ''],
    ['has 256 characters', 'k'.repeat(256)],
  ])('that %s is refused, and named', async (_, key) => {
    const { status, body } = await postPartner(key, 'never');
    expect(status).toBe(422);
    expect(body.detail).toMatchObject([{ loc: ['header', 'idempotency-key'] }]);
    const { status: http, errors } = await gateway.graphql(createPartner, { name: 'Acme', slug: 'never' }, keyed(key));
    expect(http).toBe(400);
    expect(errors[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT', issues: [{ path: ['header', 'idempotency-key'] }] } });
  });

  it('of 255 characters is taken', async () => {
    expect((await postPartner('k'.repeat(255), 'longest-key')).status).toBe(201);
  });

  it('is refused for a document of several mutations', async () => {
    const document =
      'mutation { a: createPartner(input: {name: "A", slug: "a-1"}) { partner { id } } b: createPartner(input: {name: "B", slug: "b-1"}) { partner { id } } }';
    const { status, errors } = await gateway.graphql(document, undefined, keyed('several'));
    expect(status).toBe(400);
    expect(errors[0]).toMatchObject({ extensions: { issues: [{ path: ['header', 'idempotency-key'] }] } });
  });

  it('means nothing to a query', async () => {
    expect((await gateway.graphql('{ me { id } }', undefined, keyed('query'))).errors).toEqual([]);
    expect((await gateway.rest('GET', partners, keyed('query'))).status).toBe(200);
  });

  it('is forgotten after 24 hours', async () => {
    await postPartner('old', 'old');
    await sql`update idempotency_keys set created_at = now() - interval '24 hours' where key = 'old'`.execute(gateway.database.db);
    expect((await postPartner('old', 'new-meaning')).body).toMatchObject({ slug: 'new-meaning' });
    await sql`update idempotency_keys set created_at = now() - interval '24 hours' where key = 'old'`.execute(gateway.database.db);
    await gateway.runDuty(idempotencyKeys);
    const { rows } = await sql<{ count: number }>`select count(*)::int as count from idempotency_keys where key = 'old'`.execute(
      gateway.database.db,
    );
    expect(rows).toEqual([{ count: 0 }]);
    // Only what is old is deleted.
    expect((await postPartner('rest-1', 'rest-1')).headers.get('idempotency-replayed')).toBe('true');
  });
});

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 5));
}
