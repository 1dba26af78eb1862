import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildUnguardedSchema } from '../../src/schema/schema.js';
import { anOrg } from '../support/builders.js';
import { subscribe } from '../support/eventStream.js';
import { type Caller, type GraphQLAnswer, type TestGateway, testGateway } from '../support/gateway.js';
import { type CallerName, callerNames, callersOf } from './callers.js';
import { type Outcome, rootFields } from './rootFields.js';

let gateway: TestGateway;
let orgId: string;
beforeAll(async () => {
  gateway = await testGateway();
  orgId = await anOrg(gateway.database);
});
afterAll(() => gateway.close());

function outcomeOf(name: string, { data, errors }: GraphQLAnswer<Record<string, unknown>>): Outcome | string {
  const [error] = errors;
  if (error) return String(error.extensions.code);
  return (data?.[name] ?? null) === null ? 'null' : 'data';
}

/** Entries so far: those of what was done, or those of what was refused. */
async function entries(outcome: 'success' | 'denied'): Promise<number> {
  const { count } = await gateway.database.db
    .selectFrom('platform_audit_log')
    .where('outcome', '=', outcome)
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(count);
}

/** What a document is answered with: of a subscription, its first event or the refusal to open. */
async function answerTo(document: string, variables: object | undefined, caller: Caller): Promise<GraphQLAnswer<Record<string, unknown>>> {
  if (!document.startsWith('subscription')) return gateway.graphql<Record<string, unknown>, object>(document, variables, caller);
  const { status, headers, body, events } = await subscribe(gateway, document, variables, caller);
  const first = body ?? (await events.next()).value?.data;
  await events.return();
  return { status, headers, data: first?.data, errors: first?.errors ?? [], extensions: undefined };
}

describe('the table of root fields', () => {
  it('has a row for each field of the schema, and no other', () => {
    const schema = buildUnguardedSchema();
    const query = Object.keys(schema.getQueryType()?.getFields() ?? {}).map((name) => `Query.${name}`);
    const mutation = Object.keys(schema.getMutationType()?.getFields() ?? {}).map((name) => `Mutation.${name}`);
    const subscription = Object.keys(schema.getSubscriptionType()?.getFields() ?? {}).map((name) => `Subscription.${name}`);
    expect(Object.keys(rootFields).sort()).toEqual([...query, ...mutation, ...subscription].sort());
  });
});

describe.each(Object.entries(rootFields))('%s', (at, { document, variables, permission, outcomes, lacking, entries: left = 1 }) => {
  const name = at.replace(/^\w+\./, '');
  const isMutation = at.startsWith('Mutation.');
  let callers: Record<CallerName, Caller>;
  beforeAll(async () => {
    callers = await callersOf(gateway, orgId, permission === 'session' ? undefined : permission);
  });

  it.each(callerNames.map((caller) => ({ caller, outcome: outcomes[caller] })))('gives $caller: $outcome', async ({ caller, outcome }) => {
    const given = await variables?.({ gateway, orgId });
    // A window of its own: two keys of one owner are one actor, whose repeated refusals are counted.
    await gateway.database.db.deleteFrom('audit_repeats').execute();
    const before = { done: await entries('success'), refused: await entries('denied') };
    const answer = await answerTo(document, given, callers[caller]);
    expect({ outcome: outcomeOf(name, answer), errors: outcome === 'data' ? answer.errors : [] }).toEqual({ outcome, errors: [] });
    if (outcome === 'FORBIDDEN') expect(answer.errors[0]?.extensions.requiredPermission).toBe(lacking?.[caller] ?? permission);
    // What is refused leaves no trace of having been done, and what is done leaves one.
    expect((await entries('success')) - before.done).toBe(isMutation && outcome === 'data' ? left : 0);
    if (outcome === 'FORBIDDEN' || outcome === 'data') {
      expect((await entries('denied')) - before.refused).toBe(outcome === 'FORBIDDEN' ? 1 : 0);
    }
  });
});
