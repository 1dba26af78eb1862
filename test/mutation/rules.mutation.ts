import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sql } from 'kysely';
import { rule as anyRule, isSignedIn, type Rule, type Rules } from '../../src/access/rule.js';
import { ruleOf } from '../../src/access/shield.js';
import { buildSchema, buildUnguardedSchema, rulesOf } from '../../src/schema/schema.js';
import { callersFor } from '../access/callers.js';
import { expectedGrid, observedGrid, rowOfRootField, type World } from '../access/grid.js';
import { objectFieldChecks } from '../access/objectFieldChecks.js';
import { objectFields } from '../access/objectFields.js';
import { rootFields } from '../access/rootFields.js';
import { checkedFields, refusesAnonymous } from '../access/rules.js';
import { anOrg, aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';

/**
 * Takes one rule away after the other, and asks whether the tables of access say so. Not part of `npm test`, which holds the
 * rules themselves: this holds the tests. Run it with `npm run test:rules`.
 */

let removed: string | undefined;

/** The product's rules, of which the one that is removed lets everyone through. */
function removable(rules: Rules): Rules {
  return Object.fromEntries(
    Object.entries(rules).map(([type, fields]) => [
      type,
      Object.fromEntries(Object.entries(fields).map(([field, rule]) => [field, removableRule(`${type}.${field}`, rule)])),
    ]),
  );
}

const checked = checkedFields();
const original = rulesOf(buildUnguardedSchema());
const removedRules = removable(original);

function removableRule(at: string, rule: Rule): Rule {
  if (!checked.includes(at)) return rule;
  return anyRule(rule.says, rule, (ctx) => removed === at || rule.opens(ctx));
}

let gateway: TestGateway;
let world: World;
let checksOf: Awaited<ReturnType<typeof objectFieldChecks>>;
beforeAll(async () => {
  gateway = await testGateway({}, undefined, undefined, buildSchema(removable));
  const { database } = gateway;
  const orgs = { own: await anOrg(database), other: await anOrg(database) };
  const schema = buildUnguardedSchema();
  world = { gateway, orgs, strangerId: await aUser(database), callers: callersFor(gateway, orgs), schema };
  checksOf = await objectFieldChecks(gateway);
});
afterAll(() => gateway.close());

/** Whether the row of a field, as npm test runs it, finds everything as it says. */
async function passes(at: string): Promise<boolean> {
  const rootField = rootFields[at];
  if (rootField) {
    const row = rowOfRootField(at, rootField);
    const { kinds, grid } = await observedGrid(world, row, 'enabled');
    return JSON.stringify(grid) === JSON.stringify(expectedGrid(row, 'enabled', kinds));
  }
  const objectField = objectFields[at];
  if (!objectField) return true;
  for (const { expected, observe } of checksOf(at, objectField)) {
    if (JSON.stringify(await observe()) !== JSON.stringify(expected)) return false;
  }
  return true;
}

/** A role in a workspace is decided on again when the change is made, under its lock: what it allows may have changed since. */
const decidedAgain = [
  'Mutation.updateWorkspace',
  'Mutation.archiveWorkspace',
  'Mutation.addWorkspaceMember',
  'Mutation.changeWorkspaceMemberRole',
  'Mutation.removeWorkspaceMember',
];

const noticed = { byCalls: 0, byWalk: 0 };

describe('taking away the rule of', () => {
  // The rows so far came faster than the database counts them by itself.
  beforeAll(() => sql`analyze`.execute(gateway.database.db));

  it.each(checked)('%s is noticed', async (at) => {
    removed = undefined;
    expect(await passes(at)).toBe(true);
    removed = at;
    if (!(await passes(at))) {
      noticed.byCalls += 1;
      return;
    }
    // The service refuses as the rule did, where it asks for no more than a caller or decides again; the walk asks the rule itself.
    const [type = '', field = ''] = at.split('.');
    expect(decidedAgain.includes(at) || ruleOf(original, type, field) === isSignedIn).toBe(true);
    const rule = ruleOf(removedRules, type, field);
    expect(rule && (await refusesAnonymous(rule))).toBe(false);
    noticed.byWalk += 1;
  });
});

afterAll(() => {
  const { byCalls, byWalk } = noticed;
  process.stdout.write(
    `Of ${checked.length} rules, the removal of ${byCalls + byWalk} is noticed: ${byCalls} by what callers are given, ${byWalk} by the walk of the schema.\n`,
  );
});
