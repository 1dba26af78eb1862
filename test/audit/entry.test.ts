import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { aGrant, aMembership, anOrgAccess, aTenant, aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

interface Shown {
  readonly action: string;
  readonly before: Record<string, unknown> | null;
  readonly after: Record<string, unknown> | null;
  readonly changes: readonly { readonly field: string; readonly before: unknown; readonly after: unknown }[] | null;
}

const shown = `query ($orgId: UUID!) { auditEntries(filter: { orgId: $orgId, actions: ["org.update"] }) {
  nodes { action before after changes { field before after } } } }`;

async function entriesOf(orgId: string): Promise<readonly Shown[]> {
  const { data, errors } = await gateway.graphql<{ auditEntries: { nodes: Shown[] } }, object>(
    shown,
    { orgId },
    { token: gateway.adminToken },
  );
  expect(errors).toEqual([]);
  return data?.auditEntries.nodes ?? [];
}

/** An org with its own schema, renamed from `North` to `South`. */
async function renamedOrg() {
  const org = await aTenant(gateway, { name: 'North' });
  const { errors } = await gateway.graphql(
    'mutation ($id: UUID!) { updateOrg(id: $id, input: { baseVersion: 1, name: "South" }) { org { id } } }',
    { id: org.id },
    { token: gateway.adminToken },
  );
  expect(errors).toEqual([]);
  return org;
}

/** Brings what waits in the outbox to the org's own schema, as the worker does. */
async function deliver(orgKey: string): Promise<void> {
  const { db } = gateway.database;
  const { schema_name: schema } = await db.selectFrom('orgs').select('schema_name').where('id', '=', orgKey).executeTakeFirstOrThrow();
  await sql`insert into ${sql.id(schema, 'audit_log')} (entry_id, before, after)
    select entry_id, before, after from audit_outbox where org_id = ${orgKey}`.execute(db);
  await db.deleteFrom('audit_outbox').where('org_id', '=', orgKey).execute();
}

const renamed: Shown = {
  action: 'org.update',
  before: expect.objectContaining({ name: 'North', version: 1 }),
  after: expect.objectContaining({ name: 'South', version: 2 }),
  changes: [
    { field: 'name', before: 'North', after: 'South' },
    { field: 'version', before: 1, after: 2 },
  ],
};

it('The making of an admin is told of as one of an admin, the first one’s too', async () => {
  const { data } = await gateway.graphql<{ auditEntries: { nodes: object[] } }, object>(
    '{ auditEntries(filter: { actions: ["admin.create"] }) { nodes { resourceType resourceId actorId } } }',
    {},
    { token: gateway.adminToken },
  );
  expect(data?.auditEntries.nodes).toEqual([{ resourceType: 'admin', resourceId: gateway.adminId, actorId: 'system' }]);
});

describe('The states of an entry', () => {
  it('are shown while they wait for the org, and the same when they have arrived', async () => {
    const org = await renamedOrg();
    expect(await entriesOf(org.id)).toEqual([renamed]);
    await deliver(org.key);
    expect(await entriesOf(org.id)).toEqual([renamed]);
  });

  it('are null while the org’s schema can’t be read, and the entry is shown nevertheless', async () => {
    const org = await renamedOrg();
    await deliver(org.key);
    const { schema_name: schema } = await gateway.database.db
      .selectFrom('orgs')
      .select('schema_name')
      .where('id', '=', org.key)
      .executeTakeFirstOrThrow();
    await sql`drop schema ${sql.id(schema)} cascade`.execute(gateway.database.db);
    expect(await entriesOf(org.id)).toEqual([{ action: 'org.update', before: null, after: null, changes: null }]);
  });

  it('are in the control plane for what concerns no org, and are loaded together', async () => {
    const make = 'mutation ($name: String!) { createGroup(input: { name: $name }) { group { id } } }';
    for (const name of ['One', 'Two', 'Three']) await gateway.graphql(make, { name }, { token: gateway.adminToken });
    const { data } = await gateway.graphql<{ auditEntries: { nodes: Shown[] } }, object>(
      '{ auditEntries(filter: { actions: ["group.create"] }, first: 3) { nodes { action before after changes { field } } } }',
      {},
      { token: gateway.adminToken },
    );
    const nodes = data?.auditEntries.nodes ?? [];
    expect(nodes.map(({ before, after }) => ({ before, name: after?.name }))).toEqual([
      { before: null, name: 'Three' },
      { before: null, name: 'Two' },
      { before: null, name: 'One' },
    ]);
  });
});

describe('Who acts as another user', () => {
  it.each(['enabled', 'audit', 'disabled'])('reads nothing of the trail while enforcement is %s', async (enforcement) => {
    const { database } = gateway;
    const [admin, target] = [await aUser(database), await aUser(database)];
    const org = await aTenant(gateway);
    await aMembership(database, org.id, target);
    await aGrant(database, admin, ['platform.impersonation.start', 'platform.audit.read']);
    await anOrgAccess(database, admin, org.id);
    const { data } = await gateway.graphql<{ startImpersonation: { token: string } }, object>(
      `mutation ($target: UUID!, $org: UUID!) {
        startImpersonation(input: { userId: $target, orgId: $org, reason: "They asked for help." }) { token } }`,
      { target, org: org.id },
      { token: gateway.tokenFor(admin) },
    );
    const token = data?.startImpersonation.token;
    expect(token).toMatch(/^imp_/);

    await database.db.updateTable('settings').set({ permission_enforcement: enforcement }).execute();
    const answer = await gateway.graphql('{ auditEntries { nodes { id } } }', {}, { token });
    const rest = await gateway.rest('GET', '/api/v1/platform/audit', { token });
    await database.db.updateTable('settings').set({ permission_enforcement: 'enabled' }).execute();
    expect(answer.data).toBeNull();
    expect(answer.errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
    expect(rest.status).toBe(403);
  });
});
