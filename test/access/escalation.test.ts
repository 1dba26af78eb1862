import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aGrant, aMembership, anOrg, aUser } from '../support/builders.js';
import { type Caller, type TestGateway, testGateway } from '../support/gateway.js';
import { anAdmin, anImpersonator } from './callers.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

const setEmail = 'mutation ($id: UUID!, $email: EmailAddress!) { updateUser(id: $id, input: { email: $email }) { user { id } } }';
const deactivate = 'mutation ($id: UUID!) { deactivateUser(id: $id) { user { id } } }';
const grant = 'mutation ($input: GrantOrgAccessInput!) { grantOrgAccess(input: $input) { orgAccess { id } } }';

async function refusal(document: string, variables: object, caller: Caller): Promise<unknown> {
  const { errors } = await gateway.graphql(document, variables, caller);
  return errors[0]?.extensions ?? 'done';
}

const newEmail = () => `${crypto.randomUUID()}@test.example`;
const supporter = async (orgId?: string): Promise<Caller> => ({
  token: gateway.tokenFor(await anAdmin(gateway, ['platform.users.update', 'platform.users.reactivate'], orgId)),
});

describe('the email of an admin', () => {
  it('is set by nobody who lacks what the admin would hold again when reactivated', async () => {
    const admin = await anAdmin(gateway, ['platform.orgs.delete']);
    expect(await refusal(deactivate, { id: admin }, { token: gateway.adminToken })).toBe('done');
    expect(await refusal(setEmail, { id: admin, email: newEmail() }, await supporter())).toEqual({
      code: 'FORBIDDEN',
      requiredPermission: 'platform.orgs.delete',
      missing: ['platform.orgs.delete'],
    });
  });

  it('is set by nobody who lacks the admin’s access to orgs', async () => {
    const org = await anOrg(gateway.database);
    const admin = await anAdmin(gateway, [], org);
    const everywhere = await aUser(gateway.database, { isPlatformAdmin: true, isGlobalAccess: true });
    const [far, near] = [await supporter(), await supporter(org)];
    const lacking = { code: 'FORBIDDEN', requiredPermission: 'org_access' };
    expect(await refusal(setEmail, { id: admin, email: newEmail() }, far)).toEqual(lacking);
    expect(await refusal(setEmail, { id: admin, email: newEmail() }, near)).toBe('done');
    expect(await refusal(setEmail, { id: everywhere, email: newEmail() }, near)).toEqual(lacking);
  });
});

describe('access to an org', () => {
  const rounds = 15;

  it('is given by nobody who has lost it, however close the two come', async () => {
    const { database } = gateway;
    for (let round = 0; round < rounds; round += 1) {
      const org = await anOrg(database);
      const giver = await anAdmin(gateway, ['platform.org_access.grant'], org);
      const taker = await anAdmin(gateway, []);
      const revoke = 'mutation ($id: UUID!, $org: UUID!) { revokeOrgAccess(adminId: $id, orgId: $org) { removedId } }';
      const [given, taken] = await Promise.all([
        gateway.graphql(grant, { input: { adminId: taker, orgId: org } }, { token: gateway.tokenFor(giver) }),
        gateway.graphql(revoke, { id: giver, org }, { token: gateway.adminToken }),
      ]);
      expect(taken.errors).toEqual([]);
      const acts = await database.db
        .selectFrom('platform_audit_log')
        .select('action')
        .where('resource_id', 'in', [giver, taker])
        .orderBy('xid')
        .execute();
      const wasGiven = given.errors.length === 0;
      // Either it was given first, or refused.
      expect(acts.map(({ action }) => action)).toEqual([...(wasGiven ? ['org_access.grant'] : []), 'org_access.revoke']);
      if (!wasGiven) expect(given.errors[0]?.extensions).toMatchObject({ requiredPermission: 'org_access' });
    }
  });
});

describe.each(['ENABLED', 'AUDIT', 'DISABLED'])('who acts as a member, with permissions %s', (mode) => {
  it('does nothing that needs a permission', async () => {
    const { database } = gateway;
    const org = await anOrg(database);
    const imp = await anImpersonator(gateway, org);
    const other = await aUser(database);
    await aMembership(database, org, other);
    const assignmentId = await aGrant(database, await aUser(database), ['platform.orgs.list']);
    const { group_id: key } = await database.db
      .selectFrom('group_assignments')
      .select('group_id')
      .where('public_id', '=', assignmentId)
      .executeTakeFirstOrThrow();
    const { public_id: group } = await database.db.selectFrom('groups').select('public_id').where('id', '=', key).executeTakeFirstOrThrow();
    await database.db.updateTable('settings').set({ permission_enforcement: mode.toLowerCase() }).execute();
    for (const [document, variables] of [
      [setEmail, { id: other, email: newEmail() }],
      [deactivate, { id: other }],
      [
        'mutation ($id: UUID!) { updateGroup(id: $id, input: { baseVersion: 1, removePermissions: ["platform.orgs.list"] }) { group { id } } }',
        { id: group },
      ],
      ['{ users { nodes { id } } }', {}],
      ['{ orgs { nodes { id } } }', {}],
    ] as const) {
      expect(await refusal(document, variables, imp)).toMatchObject({ code: 'FORBIDDEN' });
    }
    await database.db.updateTable('settings').set({ permission_enforcement: 'enabled' }).execute();
  });
});
