import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { aGrant, aTenant, aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
let watcher: pg.Client;
beforeAll(async () => {
  gateway = await testGateway();
  watcher = new pg.Client({ connectionString: gateway.database.url });
  await watcher.connect();
});
afterAll(async () => {
  await watcher.end();
  await gateway.close();
});

let org: string;
let member: string;
let admin: string;
beforeEach(async () => {
  member = await aUser(gateway.database);
  admin = await aUser(gateway.database);
  await aGrant(gateway.database, admin, []);
  ({ id: org } = await aTenant(gateway, { members: [member] }));
});

/** What refers to an org, as documents over $org, $member and $admin. */
const references: Readonly<Record<string, string>> = {
  'a grant of access to it':
    'mutation ($org: UUID!, $admin: UUID!) { grantOrgAccess(input: { adminId: $admin, orgId: $org }) { __typename } }',
  'acting as its member':
    'mutation ($org: UUID!, $member: UUID!) { startImpersonation(input: { orgId: $org, userId: $member, reason: "They asked for help." }) { __typename } }',
  'a job on it': 'mutation ($org: UUID!) { seedOrg(orgId: $org) { __typename } }',
  'a workspace in it':
    'mutation ($org: UUID!, $member: UUID!) { createWorkspace(orgId: $org, input: { name: "Late", slug: "late", ownerId: $member }) { __typename } }',
  'a user in it':
    'mutation ($org: UUID!) { createUser(input: { email: "late@test.example", username: "late", password: "a long word, and another", orgId: $org }) { __typename } }',
  'a removal from it': 'mutation ($org: UUID!, $member: UUID!) { removeOrgMember(orgId: $org, userId: $member) { __typename } }',
  'a change of it': 'mutation ($org: UUID!) { updateOrg(id: $org, input: { baseVersion: 1, name: "Late" }) { __typename } }',
  'a change of its billing': 'mutation ($org: UUID!) { updateOrgBilling(orgId: $org, input: { maxLocations: 3 }) { __typename } }',
  'its suspension': 'mutation ($org: UUID!) { suspendOrg(id: $org) { __typename } }',
};

/** Resolves when the transaction that is open on the watcher's connection stands in somebody's way. */
async function untilWaitedFor(other: pg.Client, pid: number): Promise<void> {
  for (let rowCount: number | null = 0; !rowCount; ) {
    ({ rowCount } = await other.query('select from pg_stat_activity where $1 = any (pg_blocking_pids(pid))', [pid]));
  }
}

describe('an org that is deleted between the moment it is read and the moment it is referred to', () => {
  it.each(Object.entries(references))('is not there for %s', async (_, document) => {
    const deleting = new pg.Client({ connectionString: gateway.database.url });
    await deleting.connect();
    try {
      await deleting.query('begin');
      await deleting.query('delete from audit_outbox where org_id = (select id from orgs where public_id = $1)', [org]);
      await deleting.query('delete from orgs where public_id = $1', [org]);
      const { rows } = await deleting.query<{ pid: number }>('select pg_backend_pid() as pid');
      const late = gateway.graphql(document, { org, member, admin }, { token: gateway.adminToken });
      await untilWaitedFor(watcher, rows[0]?.pid ?? 0);
      await deleting.query('commit');
      const { errors } = await late;
      expect(errors.map(({ extensions }) => extensions.code)).toEqual([expect.stringMatching(/^(NOT_FOUND|BAD_USER_INPUT)$/)]);
    } finally {
      await deleting.end();
    }
    const { db } = gateway.database;
    const told = await db
      .selectFrom('platform_audit_log')
      .select('id')
      .where('org_id', '=', org)
      .where('outcome', '=', 'success')
      .execute();
    expect(told).toEqual([]);
  });
});
