import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aGrant, aUser, endGrant, theOnlyLastingAdmin } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

interface Shift {
  readonly user: { readonly id: string };
  readonly permissions: readonly string[];
}

interface Preview {
  readonly wouldSucceed: boolean;
  readonly refusals: readonly { readonly code: string; readonly missing: readonly string[] }[];
  readonly permissionsAdded: readonly string[];
  readonly permissionsRemoved: readonly string[];
  readonly gainingCount: number;
  readonly gaining: readonly Shift[];
  readonly losingCount: number;
  readonly losing: readonly Shift[];
}

interface Input {
  readonly baseVersion: number;
  readonly name?: string;
  readonly addPermissions?: readonly string[];
  readonly removePermissions?: readonly string[];
}

async function preview(callerId: string, id: string, input: Input): Promise<Preview> {
  const document = `query ($id: UUID!, $input: UpdateGroupInput!) { previewGroupChange(id: $id, input: $input) {
    wouldSucceed refusals { code missing } permissionsAdded permissionsRemoved
    gainingCount gaining { user { id } permissions } losingCount losing { user { id } permissions } } }`;
  const caller = { token: gateway.tokenFor(callerId) };
  const { data, errors } = await gateway.graphql<{ previewGroupChange: Preview }, object>(document, { id, input }, caller);
  if (!data) throw new Error(JSON.stringify(errors));
  return data.previewGroupChange;
}

/** Makes the change. @returns the code of its refusal, if any */
async function update(callerId: string, id: string, input: Input): Promise<unknown> {
  const document = 'mutation ($id: UUID!, $input: UpdateGroupInput!) { updateGroup(id: $id, input: $input) { group { id } } }';
  const { errors } = await gateway.graphql(document, { id, input }, { token: gateway.tokenFor(callerId) });
  return errors[0]?.extensions.code;
}

/** What each user may do, as their own requests are decided. */
async function held(users: readonly string[]): Promise<Map<string, readonly string[]>> {
  const entries = await Promise.all(
    users.map(async (id) => {
      const document = '{ viewer { permissions } }';
      const { data } = await gateway.graphql<{ viewer: { permissions: string[] } }, object>(document, {}, { token: gateway.tokenFor(id) });
      return [id, data?.viewer.permissions ?? []] as const;
    }),
  );
  return new Map(entries);
}

const keys = ['platform.orgs.list', 'platform.orgs.read', 'platform.users.list', 'platform.users.read'];
const subset = fc.subarray(keys);

async function aGroup(permissions: readonly string[], members: readonly string[], isSystem = false): Promise<{ id: string; name: string }> {
  const { db } = gateway.database;
  const [id, name] = [crypto.randomUUID(), `Group ${crypto.randomUUID()}`];
  const group = await db
    .insertInto('groups')
    .values({ public_id: id, name, is_system: isSystem })
    .returning('id')
    .executeTakeFirstOrThrow();
  for (const permission of permissions) await db.insertInto('group_permissions').values({ group_id: group.id, permission }).execute();
  for (const member of members) {
    const user = await db.selectFrom('users').select('id').where('public_id', '=', member).executeTakeFirstOrThrow();
    await db.insertInto('group_assignments').values({ public_id: crypto.randomUUID(), group_id: group.id, user_id: user.id }).execute();
  }
  return { id, name };
}

async function everything(): Promise<unknown> {
  const { db } = gateway.database;
  const [groups, permissions, entries] = await Promise.all([
    db.selectFrom('groups').selectAll().orderBy('id').execute(),
    db.selectFrom('group_permissions').selectAll().orderBy('group_id').orderBy('permission').execute(),
    db.selectFrom('platform_audit_log').select('id').orderBy('id').execute(),
  ]);
  return { groups, permissions, entries };
}

describe('previewGroupChange', () => {
  it('says just what the change then does, and changes nothing itself', async () => {
    const taken = await aGroup([], []);
    const situation = fc.record({
      gives: subset,
      callerHolds: subset,
      add: subset,
      remove: subset,
      members: fc.array(fc.record({ others: subset, ends: fc.constantFrom('not', 'expired', 'archived') }), { minLength: 1, maxLength: 3 }),
      isSystem: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
      isStale: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
      name: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, fc.constant(taken.name)),
    });
    await fc.assert(
      fc.asyncProperty(situation, async ({ gives, callerHolds, add, remove, members, isSystem, isStale, name }) => {
        const { database } = gateway;
        const caller = await aUser(database);
        await aGrant(database, caller, [...callerHolds, 'platform.groups.update']);
        const users: string[] = [];
        for (const { others, ends } of members) {
          const user = await aUser(database);
          const grant = await aGrant(database, user, others);
          if (ends !== 'not') await endGrant(database, grant, ends);
          users.push(user);
        }
        const group = await aGroup(gives, users, isSystem);
        const input = { baseVersion: isStale ? 7 : 1, name, addPermissions: add, removePermissions: remove };

        const state = await everything();
        const said = await preview(caller, group.id, input);
        expect(await everything()).toEqual(state);

        const before = await held(users);
        const refusal = await update(caller, group.id, input);
        expect(said.wouldSucceed).toBe(refusal === undefined);
        expect(said.refusals[0]?.code).toBe(refusal);
        const lacks = add.filter((key) => !callerHolds.includes(key)).sort();
        expect(said.refusals.flatMap(({ missing }) => missing)).toEqual(lacks);
        if (refusal !== undefined) return;
        const after = await held(users);
        const shift = (from: typeof before, to: typeof before) =>
          users.flatMap((id) => {
            const more = (to.get(id) ?? []).filter((key) => !from.get(id)?.includes(key));
            return more.length === 0 ? [] : [{ user: { id }, permissions: more }];
          });
        const sorted = (shifts: readonly Shift[]) => shifts.map(({ user, permissions }) => [user.id, permissions]).sort();
        expect(sorted(said.gaining)).toEqual(sorted(shift(before, after)));
        expect(sorted(said.losing)).toEqual(sorted(shift(after, before)));
        expect([said.gainingCount, said.losingCount]).toEqual([said.gaining.length, said.losing.length]);
      }),
      { numRuns: 40 },
    );
  }, 120_000);

  it('names everything that speaks against a change, and what it would do all the same', async () => {
    const { database } = gateway;
    const caller = await aUser(database);
    await aGrant(database, caller, ['platform.groups.update']);
    const member = await aUser(database);
    await aGrant(database, member, ['platform.orgs.list']);
    const group = await aGroup(['platform.orgs.read'], [member], true);
    const taken = await aGroup([], []);
    const said = await preview(caller, group.id, {
      baseVersion: 3,
      name: taken.name,
      addPermissions: ['platform.users.read', 'platform.orgs.list'],
      removePermissions: ['platform.orgs.read', 'platform.users.list'],
    });
    expect(said).toEqual({
      wouldSucceed: false,
      refusals: [
        { code: 'BAD_USER_INPUT', missing: [] },
        { code: 'CONFLICT', missing: [] },
        { code: 'FORBIDDEN', missing: ['platform.orgs.list', 'platform.users.read'] },
        { code: 'CONFLICT', missing: [] },
      ],
      permissionsAdded: ['platform.orgs.list', 'platform.users.read'],
      permissionsRemoved: ['platform.orgs.read'],
      gainingCount: 1,
      // orgs.list they have by another group.
      gaining: [{ user: { id: member }, permissions: ['platform.users.read'] }],
      losingCount: 1,
      losing: [{ user: { id: member }, permissions: ['platform.orgs.read'] }],
    });
  });

  it('says that a change would leave nobody who could let anybody in', async () => {
    const { database } = gateway;
    const last = await aUser(database);
    const group = await aGroup(['platform.admins.create', 'platform.groups.update'], [last]);
    await aGrant(database, last, []);
    await theOnlyLastingAdmin(database, last);
    const input = { baseVersion: 1, removePermissions: ['platform.admins.create'] };
    expect(await preview(last, group.id, input)).toMatchObject({
      wouldSucceed: false,
      refusals: [{ code: 'LOCKOUT' }],
      losing: [{ user: { id: last }, permissions: ['platform.admins.create'] }],
    });
    expect(await update(last, group.id, input)).toBe('LOCKOUT');
  });
});
