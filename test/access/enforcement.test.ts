import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { anOrg, aUser } from '../support/builders.js';
import { type Caller, type TestGateway, testGateway } from '../support/gateway.js';
import { aKeyOf, anAdmin, signedIn } from './callers.js';

let gateway: TestGateway;
let userId: string;
let user: Caller;
let orgId: string;
beforeAll(async () => {
  gateway = await testGateway();
  userId = await aUser(gateway.database, { displayName: 'Eve' });
  user = { token: gateway.tokenFor(userId) };
  orgId = await anOrg(gateway.database, { name: 'Acme' });
  for (let i = 0; i < 20; i += 1) await anOrg(gateway.database);
});
afterAll(() => gateway.close());

type Mode = 'ENABLED' | 'AUDIT' | 'DISABLED';
const modes: readonly Mode[] = ['ENABLED', 'AUDIT', 'DISABLED'];

async function enforce(mode: Mode): Promise<void> {
  const document =
    'mutation ($mode: PermissionEnforcement!) { updateSettings(input: { permissionEnforcement: $mode }) { settings { version } } }';
  const { errors } = await gateway.graphql(document, { mode }, { token: gateway.adminToken });
  expect(errors).toEqual([]);
}

function entries() {
  return gateway.database.db
    .selectFrom('platform_audit_log')
    .select(['action', 'outcome', 'permission', 'actor_id', 'actor_display_name', 'resource_type', 'resource_id', 'trace_id'])
    .orderBy('id')
    .execute();
}

/** What a call answered, and what the trail has more of then. */
async function traced<T>(call: () => Promise<T>) {
  const before = await entries();
  const answer = await call();
  return { answer, added: (await entries()).slice(before.length) };
}

const orgs = '{ orgs(first: 50) { nodes { id name } } }';
const rename = 'mutation ($id: UUID!, $name: String!) { updateUser(id: $id, input: { displayName: $name }) { user { displayName } } }';
const violationOf = (permission: string) => ({
  action: 'permission.violation',
  outcome: 'violation',
  permission,
  actor_id: userId,
  actor_display_name: 'Eve',
  resource_type: 'permission',
  resource_id: permission,
  trace_id: expect.stringMatching(/^[0-9a-f]{32}$/),
});

describe('enabled', () => {
  beforeAll(() => enforce('ENABLED'));

  it('refuses, and names the permission', async () => {
    const { answer, added } = await traced(() => gateway.graphql(orgs, {}, user));
    expect(answer.data).toBeNull();
    expect(answer.errors).toMatchObject([
      {
        message: 'This needs the permission platform.orgs.list.',
        extensions: { code: 'FORBIDDEN', requiredPermission: 'platform.orgs.list' },
      },
    ]);
    expect(added).toEqual([{ ...violationOf('platform.orgs.list'), action: 'access.denied', outcome: 'denied' }]);
    expect(await gateway.rest('GET', '/api/v1/platform/orgs', user)).toMatchObject({
      status: 403,
      body: { code: 'FORBIDDEN', details: { required_permission: 'platform.orgs.list' } },
    });
  });
});

describe('audit', () => {
  beforeAll(() => enforce('AUDIT'));
  afterAll(() => enforce('ENABLED'));

  it('lets through, and leaves one entry under the trace of the request', async () => {
    const { answer, added } = await traced(() => gateway.graphql<{ orgs: { nodes: object[] } }, object>(orgs, {}, user));
    expect(answer.errors).toEqual([]);
    expect(answer.data?.orgs.nodes.length).toBeGreaterThan(20);
    expect(added).toEqual([{ ...violationOf('platform.orgs.list'), trace_id: answer.headers.get('traceparent')?.split('-')[1] }]);
  });

  it('leaves one entry for a REST endpoint too', async () => {
    const { answer, added } = await traced(() => gateway.rest('GET', '/api/v1/platform/orgs', user));
    expect(answer.status).toBe(200);
    expect(added).toEqual([violationOf('platform.orgs.list')]);
  });

  it('leaves one entry for each permission that a request lacked, however many rows it is lacking for', async () => {
    const wide = '{ orgs(first: 50) { nodes { internalNotes schemaName taxId } } again: orgs { nodes { id } } }';
    const { answer, added } = await traced(() => gateway.graphql(wide, {}, user));
    expect(answer.errors).toEqual([]);
    expect([...added].sort((a, b) => String(a.permission).localeCompare(String(b.permission)))).toEqual([
      violationOf('platform.orgs.list'),
      violationOf('platform.orgs.read'),
    ]);
  });

  it('leaves an entry for the violation and one for the change', async () => {
    const id = await aUser(gateway.database);
    const { answer, added } = await traced(() => gateway.graphql(rename, { id, name: 'Renamed' }, user));
    expect(answer.data).toEqual({ updateUser: { user: { displayName: 'Renamed' } } });
    expect(added).toMatchObject([
      violationOf('platform.users.update'),
      { action: 'user.update', outcome: 'success', actor_id: userId, resource_id: id },
    ]);
  });

  it('leaves none for who holds the permission', async () => {
    const holder = await signedIn(gateway, await anAdmin(gateway, ['platform.orgs.list']));
    const { answer, added } = await traced(() => gateway.graphql(orgs, {}, holder));
    expect({ errors: answer.errors, added }).toEqual({ errors: [], added: [] });
  });

  it('leaves none where something else than the permission lets the caller see', async () => {
    const member = await aUser(gateway.database);
    const own = await anOrg(gateway.database, { members: [member] });
    const document = 'query ($id: UUID!, $me: UUID!) { org(id: $id) { members { nodes { id } } } user(id: $me) { lastLoginAt } }';
    const { answer, added } = await traced(() => gateway.graphql(document, { id: own, me: member }, { token: gateway.tokenFor(member) }));
    expect({ errors: answer.errors, added }).toEqual({ errors: [], added: [] });
  });

  it('does not let through what it can’t record', async () => {
    const id = await aUser(gateway.database, { displayName: 'Unchanged' });
    await sql`alter table platform_audit_log add constraint none check (action <> 'permission.violation') not valid`.execute(
      gateway.database.db,
    );
    try {
      const read = await gateway.graphql(orgs, {}, user);
      expect({ data: read.data, code: read.errors[0]?.extensions.code }).toEqual({ data: null, code: 'INTERNAL_SERVER_ERROR' });
      const written = await gateway.graphql(rename, { id, name: 'Changed' }, user);
      expect(written.data).toBeNull();
    } finally {
      await sql`alter table platform_audit_log drop constraint none`.execute(gateway.database.db);
    }
    const { display_name } = await gateway.database.db
      .selectFrom('users')
      .select('display_name')
      .where('public_id', '=', id)
      .executeTakeFirstOrThrow();
    expect(display_name).toBe('Unchanged');
  });
});

describe('disabled', () => {
  beforeAll(() => enforce('DISABLED'));
  afterAll(() => enforce('ENABLED'));

  it('asks for no permission, and leaves no entry but that of a change', async () => {
    const read = await traced(() => gateway.graphql(orgs, {}, user));
    expect({ errors: read.answer.errors, added: read.added }).toEqual({ errors: [], added: [] });
    const rest = await traced(() => gateway.rest('GET', '/api/v1/platform/orgs', user));
    expect({ status: rest.answer.status, added: rest.added }).toEqual({ status: 200, added: [] });
    const id = await aUser(gateway.database);
    const changed = await traced(() => gateway.graphql(rename, { id, name: 'Renamed' }, user));
    expect(changed.added).toMatchObject([{ action: 'user.update', actor_id: userId, resource_id: id }]);
  });
});

describe.each(modes)('in the mode %s', (mode) => {
  beforeAll(() => enforce(mode));
  afterAll(() => enforce('ENABLED'));

  it('a caller without a valid credential is refused', async () => {
    const { errors } = await gateway.graphql(orgs, {});
    expect(errors[0]?.extensions.code).toBe('UNAUTHENTICATED');
    expect((await gateway.graphql(orgs, {}, { token: 'forged' })).status).toBe(401);
    expect((await gateway.rest('GET', '/api/v1/platform/orgs')).status).toBe(401);
  });

  it('billing needs access to the org', async () => {
    const far = await signedIn(gateway, await anAdmin(gateway, ['platform.billing.read', 'platform.billing.update']));
    const near = await signedIn(gateway, await anAdmin(gateway, ['platform.billing.read', 'platform.billing.update'], orgId));
    const everywhere = await aUser(gateway.database, { isPlatformAdmin: true, isGlobalAccess: true });
    const read = 'query ($id: UUID!) { orgBilling(orgId: $id) { accountType } }';
    const write = 'mutation ($id: UUID!) { updateOrgBilling(orgId: $id, input: { maxLocations: 7 }) { billing { maxLocations } } }';
    for (const document of [read, write]) {
      const { data, errors } = await gateway.graphql(document, { id: orgId }, far);
      expect({ data, extensions: errors[0]?.extensions }).toEqual({
        data: null,
        extensions: { code: 'FORBIDDEN', requiredPermission: 'org_access' },
      });
      expect((await gateway.graphql(document, { id: orgId.toUpperCase() }, near)).errors).toEqual([]);
      // Access without the permission is enough only where permissions do not bind.
      const unpermitted = await gateway.graphql(document, { id: orgId }, { token: gateway.tokenFor(everywhere) });
      expect(unpermitted.errors.map(({ extensions }) => extensions.code)).toEqual(mode === 'ENABLED' ? ['FORBIDDEN'] : []);
    }
  });

  it('nobody gives what they do not hold', async () => {
    const makeKey = 'mutation { createApiKey(input: { name: "x", permissions: ["platform.orgs.delete"] }) { secret } }';
    const makeGroup = 'mutation { createGroup(input: { name: "x", permissions: ["platform.orgs.delete"] }) { group { id } } }';
    for (const document of [makeKey, makeGroup]) {
      const maker = await signedIn(gateway, await anAdmin(gateway, ['platform.groups.create']));
      const { data, errors } = await gateway.graphql(document, {}, maker);
      expect({ data, extensions: errors[0]?.extensions }).toEqual({
        data: null,
        extensions: { code: 'FORBIDDEN', requiredPermission: 'platform.orgs.delete', missing: ['platform.orgs.delete'] },
      });
    }
  });

  it('an API key makes no keys and ends no session', async () => {
    const key = await aKeyOf(gateway, gateway.adminId, ['platform.admins.create']);
    for (const document of ['mutation { createApiKey(input: { name: "x" }) { secret } }', 'mutation { logout { endedAt } }']) {
      expect((await gateway.graphql(document, {}, key)).errors[0]?.extensions).toMatchObject({
        code: 'FORBIDDEN',
        requiredPermission: 'session',
      });
    }
  });
});
