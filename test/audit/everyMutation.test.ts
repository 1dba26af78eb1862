import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { callersFor } from '../access/callers.js';
import { type RootField, rootFields } from '../access/rootFields.js';
import { policyOfRow } from '../access/rowPolicy.js';
import { aMembership, anOrg, aUser } from '../support/builders.js';
import { testDatabase } from '../support/database.js';
import { type Caller, type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
let orgId: string;
let otherOrgId: string;
beforeAll(async () => {
  // To read everything, tenants with it, takes longer than a request may.
  gateway = await testGateway({}, await testDatabase('template', { statementTimeout: 30_000 }));
  orgId = await anOrg(gateway.database);
  otherOrgId = await anOrg(gateway.database);
  await sql`create function fail() returns trigger language plpgsql as $$ begin raise exception 'the trail is closed'; end $$;
    create trigger failing before insert on platform_audit_log for each row execute function fail();
    alter table platform_audit_log disable trigger failing`.execute(gateway.database.db);
});
afterAll(async () => {
  await gateway.close();
  await gateway.database.drop();
});

async function closeTrail(isClosed: boolean): Promise<void> {
  await sql`alter table platform_audit_log ${sql.raw(isClosed ? 'enable' : 'disable')} trigger failing`.execute(gateway.database.db);
}

/** Counts of attempts stand whether or not what was attempted does. */
const counters: ReadonlySet<string> = new Set(['attempts', 'audit_repeats']);

/** Every row of every table, as one text. */
async function everything(): Promise<string> {
  const tables = await gateway.database.db.introspection.getTables();
  const names = tables
    .filter(({ name, isView }) => !isView && !counters.has(name))
    .map(({ schema, name }) => `"${schema}"."${name}"`)
    .sort();
  const all = names.map((name) => `select '${name} ' || coalesce(string_agg(r::text, e'\\n' order by r::text), '') as t from ${name} r`);
  const { rows } = await sql.raw<{ t: string }>(all.join(' union all ')).execute(gateway.database.db);
  // The server may read the tables in any order.
  return rows
    .map(({ t }) => t)
    .sort()
    .join('\n');
}

interface Attempt {
  readonly document: string;
  readonly variables: object;
  readonly caller: Caller;
}

async function onAView(document: string): Promise<Attempt> {
  const admin = { token: gateway.adminToken };
  const made = 'mutation ($name: String!) { createAuditView(input: { name: $name, filter: {} }) { view { id } } }';
  const { data } = await gateway.graphql<{ createAuditView: { view: { id: string } } }, object>(made, { name: crypto.randomUUID() }, admin);
  return { document, variables: { id: data?.createAuditView.view.id }, caller: admin };
}

/** The mutations whose row in the table of root fields reaches nothing for any caller: here is what they do reach. */
const reaching: Readonly<Record<string, () => Promise<Attempt>>> = {
  'Mutation.changePassword': async () => {
    const id = await aUser(gateway.database, { password: 'the one that was set' });
    const document =
      'mutation { changePassword(input: { currentPassword: "the one that was set", newPassword: "a better one of ours" }) { endedSessions } }';
    return { document, variables: {}, caller: { token: gateway.tokenFor(id) } };
  },
  'Mutation.updateAuditView': () =>
    onAView('mutation ($id: UUID!) { updateAuditView(id: $id, input: { baseVersion: 1, isShared: true }) { view { id } } }'),
  'Mutation.deleteAuditView': () => onAView('mutation ($id: UUID!) { deleteAuditView(id: $id) { deletedId } }'),
  'Mutation.endImpersonation': async () => {
    const userId = await aUser(gateway.database);
    await aMembership(gateway.database, orgId, userId);
    const admin = { token: gateway.adminToken };
    const started = `mutation ($userId: UUID!, $orgId: UUID!) {
      startImpersonation(input: { userId: $userId, orgId: $orgId, reason: "They asked for help." }) { token } }`;
    await gateway.graphql(started, { userId, orgId }, admin);
    return { document: 'mutation { endImpersonation { sessionId } }', variables: {}, caller: admin };
  },
};

/** The call that the mutation's row says is let through. */
async function attemptOf(name: string, row: RootField): Promise<Attempt> {
  const own = reaching[name];
  if (own) return own();
  const { document, variables, permission } = row;
  const callers = await callersFor(gateway, { own: orgId, other: otherOrgId })(permission);
  const allowed = (['adminWith', 'orgAdmin', 'member', 'anonymous'] as const).find(
    (caller) => policyOfRow(row)?.expected(caller, 'own', 'enabled') === 'ok',
  );
  if (!allowed) throw new Error(`No caller of the table gets through to ${name}: add what does to this test.`);
  return { document, variables: (await variables?.({ gateway, orgId, userId: callers[allowed].userId })) ?? {}, caller: callers[allowed] };
}

const mutations = Object.entries(rootFields).filter(([name]) => name.startsWith('Mutation.'));

// The table of root fields has a row for each field of the schema, as its own test says: a new mutation is held here too.
describe('while the trail takes no entry', () => {
  it.each(mutations)('%s is refused, and nothing is written; then it goes through', async (name, row) => {
    const { document, variables, caller } = await attemptOf(name, row);
    const before = await everything();
    await closeTrail(true);
    const refused = await gateway.graphql(document, variables, caller);
    await closeTrail(false);
    expect(refused.data).toBeNull();
    expect(refused.errors.map(({ extensions }) => extensions.code)).toEqual(['INTERNAL_SERVER_ERROR']);
    expect(await everything()).toBe(before);

    const { errors } = await gateway.graphql(document, variables, caller);
    expect(errors).toEqual([]);
  });
});
