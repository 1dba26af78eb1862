import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { anOrg, aUser } from '../support/builders.js';
import { adminEmail, adminPassword } from '../support/fixtures.js';
import { type Caller, type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
let orgId: string;
let userId: string;
/** The first admin, in a session. */
let admin: Caller;
let refreshToken: string;
let keyId: string;

const signIn = 'mutation ($input: LoginInput!) { login(input: $input) { accessToken refreshToken } }';
const makeKey = 'mutation { createApiKey(input: { name: "x" }) { apiKey { id } } }';
const credentials = { input: { email: adminEmail, password: adminPassword } };

beforeAll(async () => {
  gateway = await testGateway();
  readAll = await readingAll();
  orgId = await anOrg(gateway.database);
  userId = await aUser(gateway.database);
  const session = await gateway.graphql<{ login: { accessToken: string; refreshToken: string } }, object>(signIn, credentials);
  admin = { token: session.data?.login.accessToken };
  refreshToken = session.data?.login.refreshToken ?? '';
  const key = await gateway.graphql<{ createApiKey: { apiKey: { id: string } } }, object>(makeKey, {}, admin);
  keyId = key.data?.createApiKey.apiKey.id ?? '';
});
afterAll(() => gateway.close());

let readAll: string;

/** Every row of every table, as one text. */
async function everything(): Promise<string> {
  const { rows } = await sql.raw<{ content: string }>(readAll).execute(gateway.database.db);
  // The server may read the tables in any order.
  return rows
    .map(({ content }) => content)
    .sort()
    .join('\n');
}

/** One statement that reads every table, partitions apart from what they are part of. */
async function readingAll(): Promise<string> {
  const tables = await gateway.database.db.introspection.getTables();
  const names = tables.map(({ schema, name }) => `"${schema}"."${name}"`).sort();
  return names
    .map((name) => `select '${name} ' || coalesce(string_agg(r::text, e'\\n' order by r::text), '') as content from ${name} r`)
    .join(' union all ');
}

interface Failure {
  readonly begin: string;
  readonly end: string;
}

/** What can keep an entry from being written. */
const failures: Readonly<Record<string, Failure>> = {
  'a trigger that fails': {
    begin: `create function fail() returns trigger language plpgsql as $$ begin raise exception 'the trail is closed'; end $$;
      create trigger failing before insert on platform_audit_log for each row execute function fail()`,
    end: 'drop trigger failing on platform_audit_log; drop function fail()',
  },
  'a month with no partition': {
    begin: `do $$ begin execute format('alter table platform_audit_log detach partition %I', 'platform_audit_log_' || to_char(now(), 'YYYY_MM')); end $$`,
    end: `do $$ begin execute format('alter table platform_audit_log attach partition %I for values from (%L) to (%L)',
      'platform_audit_log_' || to_char(now(), 'YYYY_MM'), date_trunc('month', now()), date_trunc('month', now()) + interval '1 month'); end $$`,
  },
  'an entry that is refused by a rule of the table': {
    begin: 'alter table platform_audit_log add constraint none check (false) not valid',
    end: 'alter table platform_audit_log drop constraint none',
  },
};

const changes: Readonly<Record<string, readonly [document: string, variables: () => object]>> = {
  updateOrg: [
    'mutation ($id: UUID!) { updateOrg(id: $id, input: { baseVersion: 1, name: "Changed" }) { org { id } } }',
    () => ({ id: orgId }),
  ],
  updateOrgBilling: [
    'mutation ($id: UUID!) { updateOrgBilling(orgId: $id, input: { maxLocations: 9 }) { billing { orgId } } }',
    () => ({ id: orgId }),
  ],
  updateUser: ['mutation ($id: UUID!) { updateUser(id: $id, input: { displayName: "Changed" }) { user { id } } }', () => ({ id: userId })],
  'updateUser with an email': [
    'mutation ($id: UUID!) { updateUser(id: $id, input: { email: "changed@test.example" }) { user { id } } }',
    () => ({ id: userId }),
  ],
  updateMyPreferences: ['mutation { updateMyPreferences(preferences: { a: 1 }) { user { id } } }', () => ({})],
  updateSettings: ['mutation { updateSettings(input: { maxOrgsPerShard: 9 }) { settings { version } } }', () => ({})],
  createGroup: ['mutation { createGroup(input: { name: "Changed" }) { group { id } } }', () => ({})],
  createApiKey: [makeKey, () => ({})],
  revokeApiKey: ['mutation ($id: UUID!) { revokeApiKey(id: $id) { revokedAt } }', () => ({ id: keyId })],
  login: [signIn, () => credentials],
  refreshToken: [
    'mutation ($token: String!) { refreshToken(input: { refreshToken: $token }) { accessToken } }',
    () => ({ token: refreshToken }),
  ],
  logout: ['mutation { logout { endedAt } }', () => ({})],
};

describe.each(Object.entries(failures))('while %s is in the way of the trail', (_what, { begin, end }) => {
  beforeAll(async () => {
    await sql.raw(begin).execute(gateway.database.db);
  });
  afterAll(async () => {
    await sql.raw(end).execute(gateway.database.db);
  });

  it.each(Object.entries(changes))('%s is refused, and nothing is written', async (_name, [document, variables]) => {
    const before = await everything();
    const { data, errors, headers } = await gateway.graphql(document, variables(), admin);
    expect(data).toBeNull();
    expect(errors.map(({ message, extensions }) => ({ message, extensions }))).toEqual([
      {
        message: 'Something went wrong on our side.',
        extensions: { code: 'INTERNAL_SERVER_ERROR', traceId: headers.get('traceparent')?.split('-')[1] },
      },
    ]);
    expect(await everything()).toBe(before);
  });

  it('a REST change is refused too', async () => {
    const before = await everything();
    const path = `/api/v1/platform/orgs/${orgId}`;
    const { status, body } = await gateway.rest('PATCH', path, { ...admin, body: { base_version: 1, name: 'Changed' } });
    expect({ status, code: body.code }).toEqual({ status: 500, code: 'INTERNAL' });
    expect(await everything()).toBe(before);
  });
});

describe('when the trail takes entries again', () => {
  it.each(Object.entries(changes).filter(([name]) => name !== 'updateOrgBilling'))(
    '%s goes through',
    async (_name, [document, variables]) => {
      const before = await everything();
      const { errors } = await gateway.graphql(document, variables(), admin);
      expect(errors).toEqual([]);
      expect(await everything()).not.toBe(before);
    },
  );
});

describe('the trail', () => {
  it.each([
    'update platform_audit_log set actor_id = actor_id',
    'delete from platform_audit_log',
    'truncate platform_audit_log',
    "update audit_snapshots set before = '{}'",
    'delete from audit_snapshots',
    'truncate audit_snapshots',
  ])('refuses: %s', async (statement) => {
    const before = await everything();
    await expect(sql.raw(statement).execute(gateway.database.db)).rejects.toThrow('append-only');
    expect(await everything()).toBe(before);
  });
});
