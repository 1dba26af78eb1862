import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildUnguardedSchema } from '../../src/schema/schema.js';
import { type Callers, callersFor } from '../access/callers.js';
import { anOrg, aUser } from '../support/builders.js';
import { type TestGateway, testGateway } from '../support/gateway.js';
import { observe, tenants, twins, waysIn } from './oracles.js';

const schema = buildUnguardedSchema();
const ways = waysIn(schema);
/** Of each of the two, for the timing. */
const tries = Number(process.env.ORACLE_TRIES ?? 50);

let gateway: TestGateway;
let callers: Callers;
let others: { orgId: string; userId: string };
beforeAll(async () => {
  gateway = await testGateway();
  const { database } = gateway;
  const [own, orgId, userId] = await Promise.all([anOrg(database), anOrg(database), aUser(database)]);
  others = { orgId, userId };
  callers = await callersFor(gateway, { own, other: orgId })();
});
afterAll(() => gateway.close());

/** Repeats of a refusal are told of once, and attempts are limited: each call is the first of its kind. */
async function forget(): Promise<void> {
  const { db } = gateway.database;
  await Promise.all([db.deleteFrom('audit_repeats').execute(), db.deleteFrom('attempts').execute()]);
}

let compared = 0;

describe('what belongs to another tenant', () => {
  it.each(ways.map((way) => ({ at: way.at, way })))('is to $at what never was: status, headers and body', async ({ way }) => {
    const both = await twins(gateway, schema, way, others);
    if (!both) return;
    for (const name of tenants) {
      await forget();
      const foreign = await observe(gateway, way, both.foreign, callers[name]);
      if (foreign.isGiven) continue; // Who is given what, the matrix says.
      await forget();
      expect({ name, ...(await observe(gateway, way, both.absent, callers[name])) }).toEqual({ name, ...foreign });
      compared += 1;
    }
  });

  it('was compared in as many ways as there are', () => {
    process.stdout.write(`Oracles: ${compared} pairs of answers over ${ways.length} ways in are the same.\n`);
    expect(compared).toBeGreaterThan(300);
  });
});

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

describe('the time that an answer takes', () => {
  it.each([
    'Query.org',
    'Query.user',
    'Query.workspace',
    'Mutation.updateWorkspace',
    'GET /v1/users/:user_id',
    'GET /v1/orgs/:org_id/workspaces/:workspace_id/members',
  ])(
    'does not tell which of the two it was: %s',
    async (at) => {
      const way = ways.find((one) => one.at === at);
      const both = way && (await twins(gateway, schema, way, others));
      if (!both) throw new Error(`${at} names no object.`);
      const times: Record<'foreign' | 'absent', number[]> = { foreign: [], absent: [] };
      for (let i = -10; i < tries; i += 1) {
        // Now one first and now the other, so that what the machine does meanwhile meets both.
        for (const kind of i % 2 ? (['foreign', 'absent'] as const) : (['absent', 'foreign'] as const)) {
          const start = performance.now();
          await observe(gateway, way, both[kind], callers.member);
          if (i >= 0) times[kind].push(performance.now() - start);
        }
      }
      const [foreign, absent] = [median(times.foreign), median(times.absent)];
      const all = [...times.foreign, ...times.absent];
      const spread = median(all.map((time) => Math.abs(time - median(all))));
      const difference = foreign - absent;
      // Of the difference of two medians of as many normal values of this spread.
      const error = spread * 1.4826 * 1.2533 * Math.sqrt(2 / tries);
      process.stdout.write(
        `${at}: ${foreign.toFixed(3)} and ${absent.toFixed(3)} ms, ${(difference / error).toFixed(1)} standard errors apart (${tries} tries each).\n`,
      );
      // Far from tight where the tries are few and the machine is shared: a further statement would show, and noise does not.
      expect(Math.abs(difference)).toBeLessThan(Math.max(spread, 4 * error));
    },
    60_000 + tries * 200,
  );
});
