import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openDatabase } from '../../src/db/pool.js';
import { aGrant, aMembership, anOrgAccess, aTenant, aUser } from '../support/builders.js';
import type { TestDatabase } from '../support/database.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { type OwnServer, ownServer } from './ownServer.js';
import { type OwnStandby, ownStandby } from './ownStandby.js';
import { unsoundness } from './soundness.js';

const orgById = 'query ($id: UUID!) { org(id: $id) { name version } }';
const renameOrg =
  'mutation ($id: UUID!, $version: Int!, $name: String!) { updateOrg(id: $id, input: { baseVersion: $version, name: $name }) { org { name } } }';

interface OrgAnswer {
  org: { name: string; version: number };
}

let primary: OwnServer;
let standby: OwnStandby;
let first: TestGateway;
let second: TestGateway;
/** A member of the org, who changes nothing. */
let bystander: string;
let member: string;
let org: string;

/** A database of a gateway's own, as where it runs on another machine. */
function databaseOf(server: OwnServer): TestDatabase {
  const options = { poolSize: 10, acquireTimeout: 5_000, statementTimeout: 5_000, applicationName: 'tenantry tests' };
  const database = openDatabase({ ...options, url: server.url() });
  return { ...database, statements: () => 0, drop: () => database.close() };
}

beforeAll(async () => {
  primary = await ownServer();
  standby = await ownStandby(primary);
  const env = { DATABASE_READ_URL: standby.url };
  first = await testGateway(env, databaseOf(primary));
  second = await testGateway(env, databaseOf(primary));
  member = await aUser(first.database);
  bystander = first.tokenFor(member);
  org = (await aTenant(first, { name: 'Before', members: [member] })).id;
}, 120_000);

beforeEach(async () => {
  await untilReadFrom(first);
  await untilReadFrom(second);
});

afterAll(async () => {
  for (const gateway of [first, second]) {
    await gateway.close();
    await gateway.database.drop();
  }
  await standby.discard();
  await primary.discard();
});

afterEach(async () => {
  expect(await unsoundness(first.database, { hasRowsOfTheTest: true })).toEqual([]);
}, 60_000);

async function queriesAt(gateway: TestGateway, place: 'standby' | 'primary'): Promise<number> {
  const { body } = await gateway.rest('GET', '/metrics');
  return Number(new RegExp(`^tenantry_queries_total\\{place="${place}"\\} (\\d+)$`, 'm').exec(String(body))?.[1] ?? 0);
}

async function nameSeen(gateway: TestGateway, token: string): Promise<string | undefined> {
  const { data, errors } = await gateway.graphql<OrgAnswer, { id: string }>(orgById, { id: org }, { token });
  expect(errors).toEqual([]);
  return data?.org.name;
}

/** Resolves when the standby answers a caller who has changed nothing, and shows what the primary has. */
async function untilReadFrom(gateway: TestGateway): Promise<void> {
  const { name } = await first.database.db.selectFrom('orgs').select('name').where('public_id', '=', org).executeTakeFirstOrThrow();
  for (;;) {
    const before = await queriesAt(gateway, 'standby');
    if ((await nameSeen(gateway, bystander).catch(() => undefined)) === name && (await queriesAt(gateway, 'standby')) > before) return;
    await sleep(50);
  }
}

async function rename(name: string, token = first.adminToken): Promise<void> {
  const { data } = await first.graphql<OrgAnswer, { id: string }>(orgById, { id: org }, { token });
  const variables = { id: org, version: data?.org.version ?? 0, name };
  const { errors } = await first.graphql(renameOrg, variables, { token });
  expect(errors).toEqual([]);
}

describe('a standby', () => {
  it('answers those who changed nothing, a little late, and shows everyone their own changes at once, through every gateway', async () => {
    const before = await nameSeen(first, bystander);
    await standby.pauseReplay();
    const pausedAt = performance.now();
    await rename('Renamed while the standby stood still');
    for (const gateway of [first, second]) {
      expect(await nameSeen(gateway, gateway.adminToken)).toBe('Renamed while the standby stood still');
      const { body } = await gateway.rest('GET', `/api/v1/platform/orgs/${org}`, { token: gateway.adminToken });
      expect(body.name).toBe('Renamed while the standby stood still');
      expect(await nameSeen(gateway, bystander)).toBe(before);
    }
    // It is read from for ten seconds after it fell behind, and no longer.
    while ((await nameSeen(first, bystander)) === before) await sleep(100);
    expect(performance.now() - pausedAt).toBeGreaterThan(5_000);
    expect(performance.now() - pausedAt).toBeLessThan(13_000);

    await standby.resumeReplay();
    const answered = await queriesAt(first, 'standby');
    while ((await queriesAt(first, 'standby')) === answered) {
      expect(await nameSeen(first, first.adminToken)).toBe('Renamed while the standby stood still');
      await sleep(50);
    }
  }, 60_000);

  it('shows their own changes to whoever calls with an API key, or acts as a user', async () => {
    const made = await first.graphql<{ createApiKey: { secret: string } }, object>(
      'mutation { createApiKey(input: { name: "k", permissions: ["platform.orgs.read", "platform.orgs.update"] }) { secret } }',
      {},
      { token: first.adminToken },
    );
    expect(made.errors).toEqual([]);
    const key = made.data?.createApiKey.secret ?? '';
    const admin = await aUser(first.database);
    await aGrant(first.database, admin, ['platform.impersonation.start']);
    await anOrgAccess(first.database, admin, org);
    const start = await first.graphql<{ startImpersonation: { token: string } }, object>(
      'mutation ($user: UUID!, $org: UUID!) { startImpersonation(input: { userId: $user, orgId: $org, reason: "They asked for help." }) { token } }',
      { user: member, org },
      { token: first.tokenFor(admin) },
    );
    expect(start.errors).toEqual([]);
    const acting = start.data?.startImpersonation.token ?? '';
    // Both are served by the standby before they change anything.
    for (const token of [key, acting]) {
      const before = await queriesAt(second, 'standby');
      while ((await queriesAt(second, 'standby')) === before) await nameSeen(second, token);
    }
    await standby.pauseReplay();
    try {
      await rename('Renamed by key', key);
      expect(await nameSeen(second, key)).toBe('Renamed by key');
      expect(await nameSeen(second, second.adminToken)).toBe('Renamed by key');
      expect(await nameSeen(second, acting)).not.toBe('Renamed by key');
      await first.rest('PATCH', '/v1/users/me/preferences', { token: acting, body: { preferences: { seen: true } } });
      // Answered by the primary from now on, as what others have changed shows.
      expect(await nameSeen(second, acting)).toBe('Renamed by key');
      expect(await nameSeen(second, bystander)).not.toBe('Renamed by key');
    } finally {
      await standby.resumeReplay();
    }
  }, 30_000);

  it('decides nothing: who has lost their access is refused at once', async () => {
    const leaver = await aUser(first.database);
    await aMembership(first.database, org, leaver);
    const token = first.tokenFor(leaver);
    // The standby has it, and would still let them in.
    while ((await first.graphql(orgById, { id: org }, { token })).errors.length > 0) await sleep(50);
    await standby.pauseReplay();
    try {
      const { id: key } = await first.database.db
        .selectFrom('users')
        .select('id')
        .where('public_id', '=', leaver)
        .executeTakeFirstOrThrow();
      await first.database.db.updateTable('org_memberships').set({ status: 'removed' }).where('user_id', '=', key).execute();
      for (const gateway of [first, second]) {
        const { data, errors } = await gateway.graphql(orgById, { id: org }, { token });
        expect(data).toEqual({ org: null });
        expect(errors).toHaveLength(1);
      }
      expect((await second.rest('GET', '/api/v1/platform/orgs', { token })).status).toBe(403);
    } finally {
      await standby.resumeReplay();
    }
  });

  it('fails no request when it is killed, and is read from again when it is back', async () => {
    let isOver = false;
    let answers = 0;
    const failed: unknown[] = [];
    const readers = Array.from({ length: 32 }, async (_, i) => {
      const gateway = i % 2 === 0 ? first : second;
      while (!isOver) {
        const { status, data, errors } = await gateway.graphql<OrgAnswer, { id: string }>(orgById, { id: org }, { token: bystander });
        if (status !== 200 || !data?.org.name) failed.push(errors);
        answers += 1;
      }
    });
    try {
      while (answers < 500) await sleep(5);
      await standby.crash();
      const then = answers;
      while (answers < then + 500) await sleep(5);
    } finally {
      isOver = true;
      await Promise.all(readers);
    }
    expect(failed).toEqual([]);
    const alone = await queriesAt(first, 'standby');
    await nameSeen(first, bystander);
    expect(await queriesAt(first, 'standby')).toBe(alone);
    await standby.start();
    await untilReadFrom(first);
    expect(first.logs()).not.toContain(new URL(standby.url).password);
  }, 60_000);

  it('is not read from where the address leads to a primary', async () => {
    const gateway = await testGateway({ DATABASE_READ_URL: primary.url() }, first.database);
    try {
      while (!gateway.logs().includes('no standby of the one at DATABASE_URL')) await sleep(20);
      await nameSeen(gateway, bystander);
      expect(await queriesAt(gateway, 'standby')).toBe(0);
    } finally {
      await gateway.close();
    }
  });
});
