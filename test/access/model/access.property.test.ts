import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'kysely';
import { type TestGateway, testGateway } from '../../support/gateway.js';
import { allKinds, anAct, type Deed, emailOf, tryAct } from './acts.js';
import { aWorld, type Holding, holdingOf, type Standing, standingOf, type World } from './world.js';

/** How many sequences each property is tried with; more than the default also takes the time to find the shortest that fails. */
const sequences = Number(process.env.PROPERTY_SEQUENCES ?? 8);
const isLong = process.env.PROPERTY_SEQUENCES !== undefined;
const options = { numRuns: sequences, endOnFailure: !isLong };
const timeout = isLong ? 3_600_000 : 60_000;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await testGateway();
});
afterAll(() => gateway.close());

type Mode = 'ENABLED' | 'AUDIT' | 'DISABLED';

async function enforce(mode: Mode): Promise<void> {
  await sql`update settings set permission_enforcement = ${mode.toLowerCase()}`.execute(gateway.database.db);
}

async function named(world: World): Promise<World> {
  for (const id of world.people)
    await gateway.database.db
      .updateTable('users')
      .set({ email: emailOf(id) })
      .where('public_id', '=', id)
      .execute();
  return world;
}

const none: ReadonlySet<string> = new Set();
const gained = (before: ReadonlySet<string> = none, after: ReadonlySet<string> = none) => [...after].filter((item) => !before.has(item));
const holds = (holding: Holding) => (permission: string) => holding.permissions.has(permission);
const reaches = (holding: Holding) => (org: string) => holding.isGlobal || holding.orgs.has(org);

/** What an act gave to anyone that its caller had not themselves. */
function escalations({ act, target }: Deed, caller: Holding, before: Standing, after: Standing, people: readonly string[]): string[] {
  const unheld = (who: string, items: readonly string[], has: (item: string) => boolean) =>
    items.filter((item) => !has(item)).map((item) => `${act.kind}: ${who} got ${item}`);
  const byGroups = [...after.groups].flatMap(([id, keys]) => unheld(`group ${id}`, gained(before.groups.get(id), keys), holds(caller)));
  const byPeople = people.flatMap((id) => [
    ...unheld(id, gained(before.latent.get(id), after.latent.get(id)), holds(caller)),
    ...unheld(id, gained(before.reach.get(id), after.reach.get(id)), reaches(caller)),
  ]);
  if (act.kind !== 'takeEmail') return [...byGroups, ...byPeople];
  // Whoever sets an email can sign in with it: all that its user has, or would have, is theirs.
  const taken = [...unheld('the caller', [...(before.latent.get(target) ?? none)], holds(caller))];
  return [...byGroups, ...byPeople, ...taken, ...unheld('the caller', [...(before.reach.get(target) ?? none)], reaches(caller))];
}

describe('no sequence of acts', () => {
  it(
    'gives anyone what the one who acted did not have',
    async () => {
      const counted = { steps: 0, done: 0 };
      const property = fc.asyncProperty(
        fc.constantFrom<Mode>('ENABLED', 'AUDIT', 'DISABLED'),
        fc.array(anAct(allKinds), { minLength: 25, maxLength: 40 }),
        async (mode, acts) => {
          const world = await named(await aWorld(gateway));
          await enforce(mode);
          let before = await standingOf(world);
          for (const act of acts) {
            const credential = world.credentials[act.by % world.credentials.length];
            const caller = await holdingOf(world, credential ?? {});
            const deed = await tryAct(world, act);
            const after = await standingOf(world);
            if (!deed) continue;
            counted.steps += 1;
            if (deed.isDone) counted.done += 1;
            if (deed.isDone) expect(escalations(deed, caller, before, after, world.people)).toEqual([]);
            else expect(after).toEqual(before);
            before = after;
          }
          // What the product lets each way in do is no more than what stands for its person.
          for (const credential of world.credentials) {
            const holding = await holdingOf(world, credential);
            const latent = before.latent.get(credential.personId) ?? none;
            expect(gained(latent, holding.permissions)).toEqual([]);
            if (credential.token.startsWith('imp_')) expect(holding.permissions.size).toBe(0);
          }
        },
      );
      await fc.assert(property, options);
      expect(counted.done).toBeGreaterThan(counted.steps / 20);
      process.stdout.write(`Anti-escalation: ${counted.steps} acts in ${sequences} sequences, ${counted.done} of them done.\n`);
    },
    timeout,
  );

  it(
    'leaves nobody who could let others in for good',
    async () => {
      const counted = { steps: 0, done: 0 };
      const property = fc.asyncProperty(
        fc.array(
          anAct({ unassign: 4, revokeAdmin: 3, deactivate: 3, setExpiry: 4, narrowGroup: 4, archiveGroup: 2, reactivate: 2, assign: 2 }),
          { minLength: 25, maxLength: 40 },
        ),
        async (acts) => {
          const world = await named(await aWorld(gateway));
          await enforce('DISABLED');
          for (const act of acts) {
            // Someone from outside, so that there is always somebody to try it; nothing that they hold is for good.
            const deed = await tryAct(world, act, [{ token: gateway.adminToken, personId: gateway.adminId }]);
            const { lasting } = await standingOf(world);
            expect({ act: act.kind, isAnyoneLeft: lasting.length > 0 }).toEqual({ act: act.kind, isAnyoneLeft: true });
            counted.steps += 1;
            if (deed?.isDone) counted.done += 1;
            if (act.flag) await letTimePass(world);
          }
          const [someone = ''] = (await standingOf(world)).lasting;
          const holding = await holdingOf(world, { token: gateway.tokenFor(someone) });
          expect([...holding.permissions]).toContain('platform.admins.create');
        },
      );
      await fc.assert(property, options);
      expect(counted.done).toBeGreaterThan(counted.steps / 20);
      process.stdout.write(`Lockout: ${counted.steps} acts in ${sequences} sequences, ${counted.done} of them done.\n`);
    },
    timeout,
  );
});

/** Every assignment that ends one day has ended. */
async function letTimePass({ people }: World): Promise<void> {
  await sql`update group_assignments a set expires_at = now() - interval '1 second' from users u
    where u.id = a.user_id and u.public_id = any (${people}::uuid[]) and a.expires_at is not null`.execute(gateway.database.db);
}
