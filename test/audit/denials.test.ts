import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import { auditRepeats } from '../../src/audit/repeats/repeats.duty.js';
import { aKeyOf, anAdmin } from '../access/callers.js';
import { aMembership, anOrg, anOrgAccess, aUser } from '../support/builders.js';
import { type Caller, type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
let userId: string;
let user: Caller;
beforeAll(async () => {
  gateway = await testGateway();
});
beforeEach(async () => {
  userId = await aUser(gateway.database, { displayName: 'Eve' });
  user = { token: gateway.tokenFor(userId) };
});
afterAll(() => gateway.close());

function entries() {
  return gateway.database.db
    .selectFrom('platform_audit_log')
    .select(['action', 'outcome', 'permission', 'actor_type', 'actor_id', 'resource_type', 'resource_id', 'resource_display_id'])
    .select(['impersonated_user_id', 'occurrences', 'ip_address'])
    .orderBy('id')
    .execute();
}

/** What a call answered, and what the trail has more of then. */
async function traced<T>(call: () => Promise<T>) {
  const before = (await entries()).length;
  const answer = await call();
  return { answer, added: (await entries()).slice(before) };
}

/** Lets every window that is open be over, and has the worker close it. */
async function closeWindows(): Promise<void> {
  await sql`update audit_repeats set began_at = began_at - interval '1 hour'`.execute(gateway.database.db);
  await gateway.runDuty(auditRepeats);
}

const orgs = '{ orgs { nodes { id } } }';
const oneOrg = 'query ($id: UUID!) { org(id: $id) { id } }';
const denied = { action: 'access.denied', outcome: 'denied', occurrences: 1 };

describe('a refusal is in the trail, once', () => {
  it('of a field, by the permission that was missing', async () => {
    const { answer, added } = await traced(() => gateway.graphql(orgs, {}, user));
    expect(answer.errors[0]?.extensions.code).toBe('FORBIDDEN');
    expect(added).toEqual([
      {
        ...denied,
        permission: 'platform.orgs.list',
        actor_type: 'user',
        actor_id: userId,
        resource_type: 'permission',
        resource_id: 'platform.orgs.list',
        resource_display_id: 'platform.orgs.list',
        impersonated_user_id: null,
        ip_address: '127.0.0.1',
      },
    ]);
  });

  it('of a REST operation', async () => {
    const { answer, added } = await traced(() => gateway.rest('GET', '/api/v1/platform/orgs', user));
    expect(answer.status).toBe(403);
    expect(added).toMatchObject([{ ...denied, permission: 'platform.orgs.list', actor_id: userId }]);
  });

  it('of an object that is said not to exist', async () => {
    const member = await aUser(gateway.database);
    await anOrg(gateway.database, { members: [userId] });
    const hidden = await anOrg(gateway.database, { members: [member] });
    const query = 'query ($id: UUID!) { user(id: $id) { id } }';
    const { answer, added } = await traced(() => gateway.graphql(query, { id: member }, user));
    expect(answer.errors[0]?.extensions.code).toBe('NOT_FOUND');
    expect(added).toMatchObject([{ ...denied, resource_type: 'user', resource_id: member, permission: null }]);
    const byNode = await traced(() => gateway.graphql('query ($id: ID!) { node(id: $id) { id } }', { id: hidden }, user));
    expect(byNode.answer).toMatchObject({ data: { node: null }, errors: [] });
    expect(byNode.added).toMatchObject([{ ...denied, actor_id: userId }]);
  });

  it('by a service: nobody gives what they do not hold', async () => {
    const token = gateway.tokenFor(await anAdmin(gateway, ['platform.groups.create']));
    const document = 'mutation { createGroup(input: { name: "More", permissions: ["platform.orgs.read"] }) { group { id } } }';
    const { answer, added } = await traced(() => gateway.graphql(document, {}, { token }));
    expect(answer.errors[0]?.extensions.code).toBe('FORBIDDEN');
    expect(added).toMatchObject([{ ...denied, permission: 'platform.orgs.read' }]);
  });

  it('of a key, as the key', async () => {
    const key = await aKeyOf(gateway, await anAdmin(gateway, ['platform.orgs.list']), []);
    const { added } = await traced(() => gateway.graphql(orgs, {}, key));
    expect(added).toMatchObject([{ ...denied, actor_type: 'api_key' }]);
  });

  it('under both names, where an admin acts as a user', async () => {
    const adminId = await anAdmin(gateway, ['platform.impersonation.start']);
    const orgId = await anOrg(gateway.database);
    await anOrgAccess(gateway.database, adminId, orgId);
    await aMembership(gateway.database, orgId, userId);
    const started = `mutation ($userId: UUID!, $orgId: UUID!) {
      startImpersonation(input: { userId: $userId, orgId: $orgId, reason: "They asked for help." }) { token } }`;
    const { data } = await gateway.graphql<{ startImpersonation: { token: string } }, object>(
      started,
      { userId, orgId },
      { token: gateway.tokenFor(adminId) },
    );
    const { added } = await traced(() => gateway.graphql(orgs, {}, { token: data?.startImpersonation.token }));
    expect(added).toMatchObject([{ ...denied, actor_id: adminId, impersonated_user_id: userId }]);
  });

  it('for many fields of one request that lack the same', async () => {
    const fields = Array.from({ length: 10 }, (_, i) => `f${i}: allGroups { id }`).join(' ');
    const { added } = await traced(() => gateway.graphql(`{ ${fields} }`, {}, user));
    expect(added).toMatchObject([{ ...denied, permission: 'platform.groups.list' }]);
  });
});

describe('repetitions', () => {
  it('are counted, and told of in one entry when their window is over: the sum is exact', async () => {
    const { added } = await traced(() => Promise.all(Array.from({ length: 20 }, () => gateway.graphql(orgs, {}, user))));
    expect(added).toHaveLength(1);
    const closed = await traced(closeWindows);
    expect(closed.added).toMatchObject([{ ...denied, actor_id: userId, permission: 'platform.orgs.list', occurrences: 19 }]);
    // Afterwards a new window begins with an entry of its own.
    expect((await traced(() => gateway.graphql(orgs, {}, user))).added).toMatchObject([denied]);
    expect((await traced(closeWindows)).added).toEqual([]);
  });

  it('show how often they were, in GraphQL and on REST', async () => {
    await Promise.all(Array.from({ length: 6 }, () => gateway.graphql(orgs, {}, user)));
    await closeWindows();
    const admin = { token: gateway.adminToken };
    const { data } = await gateway.graphql<{ auditEntries: { nodes: object[] } }, object>(
      'query ($id: String!) { auditEntries(first: 2, filter: { actorId: $id }) { nodes { action permission occurrences } } }',
      { id: userId },
      admin,
    );
    const shown = { action: 'access.denied', permission: 'platform.orgs.list' };
    const both = [
      { ...shown, occurrences: 5 },
      { ...shown, occurrences: 1 },
    ];
    expect(data?.auditEntries.nodes).toEqual(both);
    const { body } = await gateway.rest('GET', `/api/v1/platform/audit?actor_id=${userId}&page_size=2`, admin);
    expect(body.items).toMatchObject(both);
  });

  it('are of another object too: who tries ids can’t flood the log', async () => {
    const { added } = await traced(() => Promise.all(Array.from({ length: 20 }, () => gateway.graphql(oneOrg, { id: uuidv7() }, user))));
    expect(added).toHaveLength(1);
    expect((await traced(closeWindows)).added).toMatchObject([{ occurrences: 19 }]);
  });

  it('are closed once by workers that do so at the same time', async () => {
    await Promise.all(Array.from({ length: 5 }, () => gateway.graphql(orgs, {}, user)));
    await sql`update audit_repeats set began_at = began_at - interval '1 hour'`.execute(gateway.database.db);
    const { added } = await traced(() => Promise.all(Array.from({ length: 4 }, () => gateway.runDuty(auditRepeats))));
    expect(added.filter(({ actor_id: id }) => id === userId)).toMatchObject([{ occurrences: 4 }]);
  });
});

describe('a sign-in', () => {
  const signIn = 'mutation ($input: LoginInput!) { login(input: $input) { accessToken } }';
  const failed = { action: 'session.login_failed', outcome: 'failed', actor_id: 'anonymous', ip_address: '127.0.0.1' };

  it('that fails is in the trail, by the account where there is one; the caller is told the same', async () => {
    const email = 'known@test.example';
    const id = await aUser(gateway.database, { email, displayName: 'Known', password: 'the right password' });
    const wrong = await traced(() => gateway.graphql(signIn, { input: { email, password: 'canary-wrong-password' } }));
    expect(wrong.added).toMatchObject([{ ...failed, resource_type: 'user', resource_id: id, resource_display_id: 'Known' }]);
    const unknown = await traced(() => gateway.graphql(signIn, { input: { email: 'no-one@test.example', password: 'x' } }));
    expect(unknown.added).toMatchObject([{ ...failed, resource_id: 'unknown', resource_display_id: 'no-one@test.example' }]);
    expect(wrong.answer.errors[0]?.message).toBe(unknown.answer.errors[0]?.message);
    expect(JSON.stringify(await entries())).not.toContain('canary-wrong-password');

    const right = await traced(() => gateway.graphql(signIn, { input: { email, password: 'the right password' } }));
    expect(right.added).toMatchObject([{ action: 'session.start', outcome: 'success', actor_id: id }]);
  });

  it('with made-up emails can’t flood the log', async () => {
    await closeWindows();
    const attempt = (i: number) => gateway.graphql(signIn, { input: { email: `made-up-${i}@test.example`, password: 'x' } });
    const { added } = await traced(() => Promise.all(Array.from({ length: 8 }, (_, i) => attempt(i))));
    expect(added).toHaveLength(1);
    expect((await traced(closeWindows)).added).toMatchObject([{ ...failed, occurrences: 7 }]);
  });
});

describe('while the trail takes no entry', () => {
  beforeAll(async () => {
    await sql`create function fail() returns trigger language plpgsql as $$ begin raise exception 'the trail is closed'; end $$;
      create trigger failing before insert on platform_audit_log for each row execute function fail()`.execute(gateway.database.db);
  });
  afterAll(async () => {
    await sql`drop trigger failing on platform_audit_log; drop function fail()`.execute(gateway.database.db);
  });

  it('a refusal stands, and the log says that it could not be recorded', async () => {
    const { answer, added } = await traced(() => gateway.graphql(orgs, {}, user));
    expect(answer.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', requiredPermission: 'platform.orgs.list' } }]);
    expect((await gateway.rest('GET', '/api/v1/platform/orgs', user)).status).toBe(403);
    expect(added).toEqual([]);
    expect(gateway.logs()).toContain('a refusal could not be recorded');
  });

  it('a failed sign-in stays refused', async () => {
    const signIn = 'mutation { login(input: { email: "some@test.example", password: "x" }) { accessToken } }';
    const { answer } = await traced(() => gateway.graphql(signIn));
    expect(answer.errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect(gateway.logs()).toContain('a failed sign-in could not be recorded');
  });
});
