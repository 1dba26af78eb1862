import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aGrant, aUser, theOnlyLastingAdmin } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

const rounds = 8;

let one: TestGateway;
let two: TestGateway;
beforeAll(async () => {
  one = await testGateway();
  two = await testGateway({}, one.database);
});
afterAll(async () => {
  await two.close();
  await one.close();
});

const wayOut = {
  revoke: (id: string) => ({ query: 'mutation ($id: UUID!) { revokeAdmin(id: $id) { admin { id } } }', variables: { id } }),
  unassign: (id: string, assignment: string) => ({
    query: 'mutation ($id: UUID!, $a: UUID!) { unassignGroup(adminId: $id, assignmentId: $a) { removedId } }',
    variables: { id, a: assignment },
  }),
  expire: (id: string, assignment: string) => ({
    query:
      'mutation ($id: UUID!, $a: UUID!) { setAssignmentExpiry(adminId: $id, assignmentId: $a, expiresAt: "2099-01-01T00:00:00Z") { assignment { id } } }',
    variables: { id, a: assignment },
  }),
  deactivate: (id: string) => ({ query: 'mutation ($id: UUID!) { deactivateUser(id: $id) { user { id } } }', variables: { id } }),
  narrow: (_id: string, _assignment: string, group: string) => ({
    query:
      'mutation ($g: UUID!) { updateGroup(id: $g, input: { baseVersion: 1, removePermissions: ["platform.admins.create"] }) { group { id } } }',
    variables: { g: group },
  }),
};
const ways = Object.keys(wayOut) as (keyof typeof wayOut)[];
const pairs = ways.flatMap((a) => ways.map((b) => [a, b] as const));

/** The group that an assignment gives. */
async function groupOf(assignmentId: string): Promise<string> {
  const { id } = await one.database.db
    .selectFrom('group_assignments as a')
    .innerJoin('groups as g', 'g.id', 'a.group_id')
    .select('g.public_id as id')
    .where('a.public_id', '=', assignmentId)
    .executeTakeFirstOrThrow();
  return id;
}

/** How many hold `platform.admins.create` for good. */
async function lastingHolders(): Promise<number> {
  const rows = await one.database.db
    .selectFrom('users as u')
    .innerJoin('group_assignments as a', 'a.user_id', 'u.id')
    .innerJoin('group_permissions as p', 'p.group_id', 'a.group_id')
    .select('u.id')
    .distinct()
    .where('p.permission', '=', 'platform.admins.create')
    .where('u.has_platform_access', '=', true)
    .where('u.status', '=', 'active')
    .where('a.expires_at', 'is', null)
    .where('a.suspended_at', 'is', null)
    .execute();
  return rows.length;
}

describe('two admins, the last ones for good, who lose their place at the same time by two gateways', () => {
  it.each(pairs)('%s against %s leave one of them', async (first, second) => {
    const { database, adminToken: token } = one;
    for (let round = 0; round < rounds; round += 1) {
      const [a, b] = [await aUser(database), await aUser(database)];
      const aGranted = await aGrant(database, a, ['platform.admins.create']);
      const bGranted = await aGrant(database, b, ['platform.admins.create']);
      await theOnlyLastingAdmin(database, a);
      await database.db.updateTable('group_assignments').set({ expires_at: null }).where('public_id', '=', bGranted).execute();
      expect(await lastingHolders()).toBe(2);

      const [x, y] = [wayOut[first](a, aGranted, await groupOf(aGranted)), wayOut[second](b, bGranted, await groupOf(bGranted))];
      const answers = await Promise.all([one.graphql(x.query, x.variables, { token }), two.graphql(y.query, y.variables, { token })]);
      const refused = answers.filter((answer) => answer.errors[0]?.extensions.code === 'LOCKOUT');
      expect({ round, refused: refused.length, left: await lastingHolders() }).toEqual({ round, refused: 1, left: 1 });
    }
  });
});

/** When the latest act of a kind took its turn: transactions are numbered in the order in which they began to write. */
async function place(action: string): Promise<bigint> {
  const entry = await one.database.db
    .selectFrom('platform_audit_log')
    .select('xid')
    .where('action', '=', action)
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow();
  return BigInt(entry.xid);
}

describe('giving and losing a permission at the same time', () => {
  it('never leaves a group with what its maker no longer held', async () => {
    const { database, adminToken: token } = one;
    for (let round = 0; round < rounds; round += 1) {
      const maker = await aUser(database);
      const granted = await aGrant(database, maker, ['platform.groups.create', 'platform.orgs.delete']);
      const create = 'mutation ($n: String!) { createGroup(input: { name: $n, permissions: ["platform.orgs.delete"] }) { group { id } } }';
      const take = wayOut.unassign(maker, granted);
      const [made, taken] = await Promise.all([
        one.graphql(create, { n: `Race ${round}` }, { token: one.tokenFor(maker) }),
        two.graphql(take.query, take.variables, { token }),
      ]);
      expect(taken.errors).toEqual([]);
      // Either it was made, before its maker lost the permission, or refused naming what was missing.
      if (made.errors.length > 0) expect(made.errors[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
      else expect(await place('group.create')).toBeLessThan(await place('admin.unassign'));
    }
  });
});

describe('eight who widen one group at the same time from one version', () => {
  it('let one of them win, and tell the others the version', async () => {
    const { adminToken: token } = one;
    const made = await one.graphql<{ createGroup: { group: { id: string } } }, object>(
      'mutation { createGroup(input: { name: "Contended" }) { group { id } } }',
      {},
      { token },
    );
    const id = made.data?.createGroup.group.id;
    const update =
      'mutation ($id: UUID!) { updateGroup(id: $id, input: { baseVersion: 1, addPermissions: ["platform.orgs.read"] }) { group { version } } }';
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => (i % 2 ? one : two).graphql(update, { id }, { token })));
    const losers = answers.filter((answer) => answer.errors.length > 0);
    expect(losers).toHaveLength(7);
    for (const { errors } of losers) expect(errors[0]?.extensions).toMatchObject({ code: 'CONFLICT', currentVersion: 2 });
  });
});
