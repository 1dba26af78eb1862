import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { aGrant, aTenant, aUser } from '../support/builders.js';
import { type TestDatabase, testDatabase } from '../support/database.js';
import { adminEmail, adminPassword } from '../support/fixtures.js';
import { type GatewayProcess, gatewayProcess, tokenFor } from './gatewayProcess.js';
import { adminOf } from './platform.js';
import { unsoundness } from './soundness.js';

/** Milliseconds by which the clock of a gateway and of its worker is off. */
const shifts = { 'right clock': 0, 'clock an hour ahead': 3_600_000, 'clock an hour behind': -3_600_000 } as const;
const names = Object.keys(shifts) as (keyof typeof shifts)[]; // keys of the object above

let database: TestDatabase;
let gateways: GatewayProcess[];
let adminToken: string;
beforeAll(async () => {
  database = await testDatabase();
  const env = (shift: number) => ({ NODE_OPTIONS: `--import=${resolve('test/faults/shiftedClock.mjs')}`, CLOCK_SHIFT: String(shift) });
  gateways = await Promise.all(names.map((name) => gatewayProcess(database.url, env(shifts[name]))));
  await Promise.all(gateways.map((gateway) => gateway.start()));
  adminToken = tokenFor(await adminOf(database));
}, 120_000);
afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.discard()));
  await database.drop();
});

// Whatever the clocks say, the platform is whole.
afterEach(async () => {
  expect(await unsoundness(database, { hasRowsOfTheTest: true })).toEqual([]);
}, 60_000);

async function ask({ url }: GatewayProcess, query: string, variables: object = {}, token?: string) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: data is what the document says
  const { data, errors = [] }: { data: any; errors?: { message: string; extensions: { code: string } }[] } = JSON.parse(
    await response.text(),
  );
  return { status: response.status, data, errors };
}

/** What each gateway says to a caller, in the order of their names. */
const statusesFor = (token: string) =>
  Promise.all(gateways.map(async (gateway) => (await ask(gateway, '{ me { id } }', {}, token)).status));
const all = (status: number) => names.map(() => status);
/** Seconds from now by the clock of this test, which is the database's. */
const secondsTo = (time: string) => (Date.parse(time) - Date.now()) / 1_000;
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1_000).toISOString();
const each = () => gateways.map((gateway, i) => [gateway, String(names[i])] as const);

describe('Gateways whose clocks are an hour apart', () => {
  it('are what this test says', async () => {
    // An answer of the /v1 surface carries the gateway's own time.
    const refusals = gateways.map(async ({ url }) => (await fetch(`${url}/v1/users/me`)).text());
    const times = (await Promise.all(refusals)).map((text) => secondsTo(JSON.parse(text).timestamp));
    expect(times.map((seconds) => Math.round(seconds / 600))).toEqual([0, 6, -6].map((tens) => expect.closeTo(tens)));
  });

  it('take the access and refresh tokens of each other, which end when they say', async () => {
    const login = `mutation ($email: EmailAddress!, $password: String!) {
      login(input: { email: $email, password: $password }) { accessToken refreshToken expiresAt } }`;
    for (const [gateway, name] of each()) {
      const { data, errors } = await ask(gateway, login, { email: adminEmail, password: adminPassword });
      expect({ name, errors }).toEqual({ name, errors: [] });
      expect({ name, statuses: await statusesFor(data.login.accessToken) }).toEqual({ name, statuses: all(200) });
      expect(Math.abs(secondsTo(data.login.expiresAt) - 900)).toBeLessThan(10);
      const refresh = 'mutation ($token: String!) { refreshToken(input: { refreshToken: $token }) { accessToken expiresAt } }';
      const elsewhere = gateways.find((other) => other !== gateway) ?? gateway;
      const refreshed = await ask(elsewhere, refresh, { token: data.login.refreshToken });
      expect(await statusesFor(refreshed.data.refreshToken.accessToken)).toEqual(all(200));
    }
  });

  it('refuse a token that has expired, and take one that has not', async () => {
    const user = await aUser(database);
    expect(await statusesFor(tokenFor(user, 60))).toEqual(all(200));
    expect(await statusesFor(tokenFor(user, -1))).toEqual(all(401));
    // Taken before, and kept as verified: it still ends.
    const short = tokenFor(user, 3);
    expect(await statusesFor(short)).toEqual(all(200));
    await sleep(3_000);
    expect(await statusesFor(short)).toEqual(all(401));
  });

  it('end API keys and assignments when they say, and take no end that has passed', async () => {
    const create = `mutation ($at: DateTime!) {
      createApiKey(input: { name: "clock", permissions: ["platform.orgs.list"], expiresAt: $at }) { secret apiKey { expiresAt } } }`;
    const assign = `mutation ($admin: UUID!, $group: UUID!, $at: DateTime!) {
      assignGroup(input: { adminId: $admin, groupId: $group, expiresAt: $at }) { assignment { expiresAt } } }`;
    const group = 'mutation ($name: String!) { createGroup(input: { name: $name, permissions: ["platform.orgs.list"] }) { group { id } } }';
    for (const [gateway, name] of each()) {
      const admin = await aUser(database);
      await aGrant(database, admin, []);
      const { id } = (await ask(gateway, group, { name }, adminToken)).data.createGroup.group;
      for (const seconds of [-60, -1_800]) {
        const past = { at: inSeconds(seconds) };
        const refused = [
          await ask(gateway, create, past, adminToken),
          await ask(gateway, assign, { ...past, admin, group: id }, adminToken),
        ];
        expect(refused.map(({ errors }) => ({ name, message: errors[0]?.message }))).toEqual(
          Array(2).fill({ name, message: expect.stringContaining('past') }),
        );
      }
      const soon = { at: inSeconds(4) };
      const made = await ask(gateway, create, soon, adminToken);
      const assigned = await ask(gateway, assign, { ...soon, admin, group: id }, adminToken);
      expect({ name, errors: [...made.errors, ...assigned.errors] }).toEqual({ name, errors: [] });
      const { secret } = made.data.createApiKey;
      expect(await statusesFor(secret)).toEqual(all(200));
      const list = '{ orgs(first: 1) { nodes { id } } }';
      const before = await Promise.all(gateways.map((one) => ask(one, list, {}, tokenFor(admin))));
      expect(before.map(({ errors }) => errors)).toEqual(names.map(() => []));
      await sleep(Math.max(0, secondsTo(soon.at) * 1_000 + 100));
      expect(await statusesFor(secret)).toEqual(all(401));
      const after = await Promise.all(gateways.map((one) => ask(one, list, {}, tokenFor(admin))));
      expect(after.map(({ errors }) => errors[0]?.extensions.code)).toEqual(names.map(() => 'FORBIDDEN'));
    }
  });

  it('act for a user as long as the setting says', async () => {
    const target = await aUser(database);
    const platform = await import('../support/gateway.js');
    const inProcess = await platform.testGateway({}, database);
    const { id: org } = await aTenant(inProcess, { members: [target] });
    await inProcess.close();
    const start = `mutation ($org: UUID!, $user: UUID!) {
      startImpersonation(input: { orgId: $org, userId: $user, reason: "Clocks that are off" }) { token expiresAt } }`;
    for (const [gateway, name] of each()) {
      const { data, errors } = await ask(gateway, start, { org, user: target }, adminToken);
      expect({ name, errors }).toEqual({ name, errors: [] });
      const { token, expiresAt } = data.startImpersonation;
      expect(secondsTo(expiresAt)).toBeGreaterThan(60);
      expect(secondsTo(expiresAt)).toBeLessThan(3_700);
      expect(await statusesFor(token)).toEqual(all(200));
      await ask(gateway, 'mutation { endImpersonation { sessionId } }', {}, adminToken);
      expect(await statusesFor(token)).toEqual(all(401));
    }
  });

  it('leave each job to the worker that holds it, and date what they did alike', async () => {
    const create = 'mutation ($slug: String!) { createOrg(input: { name: "Clock", slug: $slug }) { org { id } } }';
    const seed = `mutation ($id: UUID!) {
      seedOrg(orgId: $id, input: { locations: 1, providers: 5, patients: 4000, appointments: 12000 }) { job { id } } }`;
    // Those that the database was made with may be of any age.
    const older = (await database.db.selectFrom('platform_audit_log').select('id').execute()).map(({ id }) => id);
    const jobs: string[] = [];
    for (const [i, gateway] of gateways.entries()) {
      const org = (await ask(gateway, create, { slug: `clock-${i}` }, adminToken)).data.createOrg.org.id;
      jobs.push((await ask(gateway, seed, { id: org }, adminToken)).data.seedOrg.job.id);
    }
    const read = () =>
      database.db.selectFrom('jobs').select(['status', 'fence', 'attempts', 'completed_at']).where('public_id', 'in', jobs).execute();
    const start = performance.now();
    while ((await read()).some(({ status }) => status === 'queued' || status === 'running')) {
      expect(performance.now() - start).toBeLessThan(50_000);
      await sleep(100);
    }
    for (const { status, fence, completed_at: at } of await read()) {
      expect({ status, fence }).toEqual({ status: 'completed', fence: 1 });
      expect(Math.abs(secondsTo(at ?? ''))).toBeLessThan(60);
    }
    const entries = await database.db.selectFrom('platform_audit_log').select(['id', 'created_at']).where('id', 'not in', older).execute();
    expect(entries.filter(({ created_at: at }) => Math.abs(secondsTo(at)) > 300)).toEqual([]);
  }, 90_000);
});
