import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aMembership, aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { act, aWorkplace, rolesIn, type Workplace } from './place.js';

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

/** Ways in which an owner stops being one. */
const wayOut = {
  'being removed': (gateway: TestGateway, { workspaceId }: Workplace, userId: string) =>
    act(gateway, 'remove', { workspaceId, userId }, { token: gateway.adminToken }),
  'being made an admin': (gateway: TestGateway, { workspaceId }: Workplace, userId: string) =>
    act(gateway, 'change', { workspaceId, userId, role: 'ADMIN' }, { token: gateway.adminToken }),
  leaving: (gateway: TestGateway, { workspaceId }: Workplace, userId: string) =>
    act(gateway, 'remove', { workspaceId, userId }, { token: gateway.tokenFor(userId) }),
  'leaving the org': (gateway: TestGateway, { orgId }: Workplace, userId: string) =>
    act(gateway, 'leaveOrg', { orgId, userId }, { token: gateway.tokenFor(userId) }),
};
const ways = Object.keys(wayOut) as (keyof typeof wayOut)[]; // keys of the object above
const pairs = ways.flatMap((a, i) => ways.slice(i).map((b) => [a, b] as const));

describe('the two owners of a workspace who stop at the same time, by two gateways', () => {
  it.each(pairs)('by %s and %s: one owner remains', async (first, second) => {
    for (let round = 0; round < rounds; round += 1) {
      const place = await aWorkplace(one, 'owner', 'owner', 'admin', 'member');
      const [a = '', b = '', admin = ''] = place.users;
      const codes = await Promise.all([wayOut[first](one, place, a), wayOut[second](two, place, b)]);
      const left = await rolesIn(one, place.workspaceId);
      const owners = Object.keys(left).filter((id) => left[id] === 'owner');
      expect({ round, owners: owners.length }).toEqual({ round, owners: 1 });
      // To leave the org waits for nobody: the workspace passes on. Of any other two the second is refused.
      const passesOn = [first, second].map((way) => way === 'leaving the org');
      for (const [i, code] of codes.entries()) if (passesOn[i]) expect({ round, code }).toEqual({ round, code: undefined });
      if (!passesOn.includes(true)) {
        expect({ round, refused: codes.filter((code) => code !== undefined) }).toEqual({ round, refused: ['CONFLICT'] });
        expect(owners[0]).not.toBe(admin);
      }
    }
  });
});

describe('a role that is taken while it is used', () => {
  it('grants nothing after it was taken', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const { workspaceId, orgId, users } = await aWorkplace(one, 'owner', 'owner');
      const [owner = '', falling = ''] = users;
      const newcomer = await aUser(one.database);
      await aMembership(one.database, orgId, newcomer);
      const [fell, granted] = await Promise.all([
        act(one, 'change', { workspaceId, userId: falling, role: 'MEMBER' }, { token: one.tokenFor(owner) }),
        act(two, 'add', { workspaceId, userId: newcomer, role: 'OWNER' }, { token: two.tokenFor(falling) }),
      ]);
      expect({ round, fell }).toEqual({ round, fell: undefined });
      const place = await entryOrder(workspaceId);
      if (granted === undefined) expect(place).toEqual(['workspace_member.add', 'workspace_member.update']);
      else expect({ granted, place }).toEqual({ granted: 'FORBIDDEN', place: ['workspace_member.update'] });
    }
  });

  it('lets two owners who demote each other not both win', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const { workspaceId, users } = await aWorkplace(one, 'owner', 'owner');
      const [a = '', b = ''] = users;
      const codes = await Promise.all([
        act(one, 'change', { workspaceId, userId: b, role: 'VIEWER' }, { token: one.tokenFor(a) }),
        act(two, 'change', { workspaceId, userId: a, role: 'VIEWER' }, { token: two.tokenFor(b) }),
      ]);
      // The second one is no longer anyone who may.
      expect({ round, codes: codes.filter((code) => code !== undefined) }).toEqual({ round, codes: ['FORBIDDEN'] });
      expect(Object.values(await rolesIn(one, workspaceId)).sort()).toEqual(['owner', 'viewer']);
    }
  });
});

/** What was done in a workspace, in the order in which it began to write. */
async function entryOrder(workspaceId: string): Promise<string[]> {
  const rows = await one.database.db
    .selectFrom('platform_audit_log')
    .select(['action', 'xid'])
    .where('resource_id', 'like', `${workspaceId}/%`)
    .execute();
  return rows.sort((a, b) => Number(BigInt(a.xid) - BigInt(b.xid))).map(({ action }) => action);
}

describe('one user who is added eight times at once', () => {
  it('is added once', async () => {
    const { workspaceId, orgId, users } = await aWorkplace(one, 'owner');
    const newcomer = await aUser(one.database);
    await aMembership(one.database, orgId, newcomer);
    const add = (i: number) => {
      const gateway = i % 2 ? one : two;
      return act(gateway, 'add', { workspaceId, userId: newcomer, role: 'MEMBER' }, { token: gateway.tokenFor(users[0] ?? '') });
    };
    const codes = await Promise.all(Array.from({ length: 8 }, (_, i) => add(i)));
    expect(codes.filter((code) => code === undefined)).toHaveLength(1);
    expect(codes.filter((code) => code === 'CONFLICT')).toHaveLength(7);
  });
});

describe('a user who leaves the org while they are added to a workspace', () => {
  it('is in no workspace afterwards, or was refused', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const { workspaceId, orgId, users } = await aWorkplace(one, 'owner');
      const newcomer = await aUser(one.database);
      await aMembership(one.database, orgId, newcomer);
      const [left, added] = await Promise.all([
        act(one, 'leaveOrg', { orgId, userId: newcomer }, { token: one.tokenFor(newcomer) }),
        act(two, 'add', { workspaceId, userId: newcomer, role: 'ADMIN' }, { token: two.tokenFor(users[0] ?? '') }),
      ]);
      expect({ round, left, added: added === undefined || added === 'BAD_USER_INPUT' }).toEqual({ round, left: undefined, added: true });
      expect(Object.keys(await rolesIn(one, workspaceId))).toEqual([users[0]]);
    }
  });
});

describe('an owner whose membership of the org ends in the database alone', () => {
  const end = async (orgId: string, userId: string) => {
    const { db } = one.database;
    const user = db.selectFrom('users').select('id').where('public_id', '=', userId);
    const org = db.selectFrom('orgs').select('id').where('public_id', '=', orgId);
    await db.deleteFrom('org_memberships').where('user_id', '=', user).where('org_id', '=', org).execute();
  };

  it('keeps it where others would be left with no owner', async () => {
    const { workspaceId, orgId, users } = await aWorkplace(one, 'owner', 'member');
    await expect(end(orgId, users[0] ?? '')).rejects.toThrow('A workspace keeps at least one owner.');
    expect(Object.values(await rolesIn(one, workspaceId)).sort()).toEqual(['member', 'owner']);
  });

  it('loses it where another owner remains, or nobody does', async () => {
    const { workspaceId, orgId, users } = await aWorkplace(one, 'owner', 'owner');
    for (const user of users) await end(orgId, user);
    expect(await rolesIn(one, workspaceId)).toEqual({});
  });

  it('of two at once one keeps it', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const { workspaceId, orgId, users } = await aWorkplace(one, 'owner', 'owner', 'viewer');
      const [a = '', b = ''] = users;
      const ends = await Promise.allSettled([end(orgId, a), end(orgId, b)]);
      expect({ round, refused: ends.filter(({ status }) => status === 'rejected').length }).toEqual({ round, refused: 1 });
      expect(Object.values(await rolesIn(one, workspaceId)).sort()).toEqual(['owner', 'viewer']);
    }
  });
});
