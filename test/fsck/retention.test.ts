import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { auditRollups } from '../../src/audit/counts/rollups.duty.js';
import { dropMonthsBefore, placeHold, releaseHold } from '../../src/audit/retention/retention.js';
import { auditSeal } from '../../src/audit/seal/seal.duty.js';
import { deliverSnapshots } from '../../src/audit/snapshots/deliverSnapshots.duty.js';
import { checks } from '../../src/fsck/checks.js';
import { runChecks } from '../../src/fsck/runChecks.js';
import { sealEnv } from '../faults/sealEnv.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { moveBack } from './moveBack.js';
import { inWorld } from './plants.js';
import { aWorld, type World } from './world.js';

let gateway: TestGateway;
let world: World;
/** Months of which entries are kept, the oldest first; the last one is this month. */
let months: string[];
beforeAll(async () => {
  gateway = await testGateway(sealEnv);
  world = await aWorld(gateway);
  for (const name of ['second', 'third']) {
    await leave();
    await goOn(name);
    await moveBack(gateway, '40 days');
  }
  await leave();
  await moveBack(gateway, '2 minutes');
  await goOn('fourth');
  await gateway.runDuty(deliverSnapshots);
  await gateway.runDuty(auditSeal);
  await gateway.runDuty(auditRollups);
  months = await monthsLeft();
});
afterAll(() => gateway.close());

async function change(...fields: readonly string[]): Promise<void> {
  for (const field of fields) {
    const { errors } = await gateway.graphql(`mutation { ${field} { __typename } }`, {}, { token: gateway.adminToken });
    expect(errors).toEqual([]);
  }
}

/** Removes what can be made again. */
function leave(): Promise<void> {
  return change(`removeWorkspaceMember(workspaceId: "${world.workspace}", userId: "${world.user}")`);
}

/** Changes what there is, makes more, and makes again what was removed. */
function goOn(name: string): Promise<void> {
  const { org, user, workspace, admin } = world;
  return change(
    `updateSettings(input: { maxOrgsPerShard: ${400 + name.length} })`,
    `updateOrgBilling(orgId: "${org}", input: { maxLocations: ${name.length} })`,
    `updateUser(id: "${user}", input: { displayName: "The ${name}" })`,
    `addWorkspaceMember(workspaceId: "${workspace}", input: { userId: "${user}", role: MEMBER })`,
    `changeWorkspaceMemberRole(workspaceId: "${workspace}", userId: "${user}", input: { role: ADMIN })`,
    `createPartner(input: { name: "The ${name}", slug: "the-${name}" })`,
    `createOrg(input: { name: "The ${name}", slug: "the-${name}", adminUserId: "${admin}" })`,
  );
}

async function monthsLeft(): Promise<string[]> {
  const { rows } = await sql<{ month: string }>`select distinct to_char(created_at at time zone 'UTC', 'YYYY-MM') as month
    from platform_audit_log order by 1`.execute(gateway.database.db);
  return rows.map(({ month }) => month);
}

async function found(): Promise<Record<string, readonly string[]>> {
  const outcomes = await runChecks(gateway.platform);
  return Object.fromEntries(outcomes.flatMap(({ name, findings }) => (findings.length > 0 ? [[name, findings]] : [])));
}

const thisMonth = () => months.at(-1) ?? '';

describe('fsck of a trail of which retention dropped months', () => {
  it('finds nothing before that', async () => {
    expect(months).toHaveLength(3);
    expect(await found()).toEqual({});
  });

  it('finds nothing where a hold keeps what is older than others', async () => {
    const [oldest = '', older = ''] = months;
    const all = await placeHold(gateway.database.db, { from: oldest, to: oldest, reason: 'Case 4711' });
    await expect(dropMonthsBefore(gateway.database.db, thisMonth())).rejects.toThrow('Case 4711');
    // What is held is kept with all that is younger.
    expect(await monthsLeft()).toEqual(months);
    expect(await found()).toEqual({});
    const some = await placeHold(gateway.database.db, { from: older, to: older, reason: 'Case 4712' });
    await releaseHold(gateway.database.db, all);
    await expect(dropMonthsBefore(gateway.database.db, thisMonth())).rejects.toThrow('Case 4712');
    expect(await monthsLeft()).toEqual(months.slice(1));
    expect(await found()).toEqual({});
    await releaseHold(gateway.database.db, some);
  });

  it('finds nothing where only the youngest month is kept', async () => {
    await dropMonthsBefore(gateway.database.db, thisMonth());
    expect(await monthsLeft()).toEqual([thisMonth()]);
    expect(await found()).toEqual({});
  });

  // Of objects that were made in months that are gone.
  it.each([
    {
      fault: 'a change of an org that nobody tells of',
      check: 'Each org is what the trail says',
      sql: `update orgs set version = version + 1 where public_id = '{org}'`,
      finds: 'The org {org} is at version 6, and 1 of its changes has no entry.',
    },
    {
      fault: 'a change of the settings that nobody tells of',
      check: 'Each settings is what the trail says',
      sql: 'update settings set version = version + 1',
      finds: 'The settings settings is at version 6, and 1 of its changes has no entry.',
    },
    {
      fault: 'a user who is not what the last entry says',
      check: 'Each user is what the trail says',
      sql: `update users set timezone = 'Asia/Tokyo' where public_id = '{user}'`,
      finds: 'The user {user} has another timezone than its last entry says.',
    },
    {
      fault: 'a member who was removed, was made again, and is gone',
      check: 'Each workspace_member that the trail tells of is there',
      sql: `delete from workspace_members m using users u where u.id = m.user_id and u.public_id = '{user}'`,
      finds: 'The workspace_member {workspace}/{user} is gone, and no entry tells of its removal.',
    },
  ])('finds $fault', async ({ check, sql: text, finds }) => {
    // One of the statements above, with ids that this test has made.
    await sql.raw(inWorld(text, world)).execute(gateway.database.db);
    const findings = await checks.find(({ name }) => name === check)?.find(gateway.platform);
    expect(findings).toContain(inWorld(finds, world));
  });
});
